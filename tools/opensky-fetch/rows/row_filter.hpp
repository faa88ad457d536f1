// Only these aircraft, only these boxes: what the service does for a live request. Done here as
// well, so that live rows and those of a recording are the same to the byte.
#pragma once

#include "tools/opensky-fetch/request/box.hpp"
#include "tools/opensky-fetch/rows/fields.hpp"

#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

class RowFilter {
 public:
  // Without addresses any aircraft passes, without boxes any place.
  RowFilter(const std::vector<std::string>& addresses, std::vector<Box> boxes);
  [[nodiscard]] bool passes(const RowValues& values) const;

 private:
  [[nodiscard]] bool is_inside(const RowValues& values) const;

  std::vector<std::string> tokens_;  // JSON strings with their quotes, sorted
  std::vector<Box> boxes_;           // none across the date line
};

}  // namespace cdckit::opensky_fetch
