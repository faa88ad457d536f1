// `groups reset`: where a group is to go on, as somebody says it: at an end, a time, an offset, or
// behind a commit position.
#pragma once

#include "tools/kcat-cdc/commands/list.hpp"

#include <cstdint>
#include <string>

namespace cdckit::kcat_cdc {

struct ResetTarget {
  enum class Kind { beginning, end, time, offset, position } kind = Kind::beginning;
  std::int64_t value = 0;  // milliseconds since 1970, or the offset
  std::string position;    // as `cdc.pos` is written; a commit's end stands behind all its changes
};
// Throws usage.
ResetTarget parse_reset(const std::string& text);

// Prints where the group is then, as `lag` does. Throws temporary while the group has members.
base::ExitCode reset_group(const Cluster& cluster,
                           const CommandOptions& options,
                           cli::Context& context);

}  // namespace cdckit::kcat_cdc
