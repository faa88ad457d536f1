// The flags of the commands that look at a cluster, move a group or write records back. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

struct CommandOptions {
  std::string group;
  std::vector<std::string> topics;
  std::string action;        // of `groups`: empty, or reset
  std::string to;            // of `groups reset`
  bool watch = false;        // of `lag`
  std::int64_t limit = -1;   // of `replay`
  std::string table_format;  // ndjson, pretty; empty: by what stdout is
};

}  // namespace cdckit::kcat_cdc
