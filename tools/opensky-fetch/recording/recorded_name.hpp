// The names of the files that --record writes: endpoint, instant of the poll, and which of its
// answers it is, as in states-20180801T090000.123Z.json.zst and ...Z.1of2.json.zst.
#pragma once

#include "tools/opensky-fetch/request/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::opensky_fetch {

struct RecordedName {
  std::string endpoint;
  std::int64_t polled = 0;  // Unix milliseconds
  std::size_t part = 1;     // from 1
  std::size_t parts = 1;
};

std::string file_name(const RecordedName& name);
// Nothing when no --record wrote a file of this name (without its folder).
std::optional<RecordedName> parse_file_name(std::string_view text);

}  // namespace cdckit::opensky_fetch
