// What the service does for a live request, done here for a recording: only these aircraft, only
// this box.
#pragma once

#include "tools/opensky-fetch/options.hpp"
#include "tools/opensky-fetch/rows/state_row.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

class RowFilter {
 public:
  RowFilter() = default;  // lets all pass
  RowFilter(const std::vector<std::string>& addresses, std::optional<Box> box);
  [[nodiscard]] bool passes(const StateVector& state) const;

 private:
  std::vector<std::string> tokens_;  // JSON strings with their quotes, sorted
  std::optional<Box> box_;
};

}  // namespace cdckit::opensky_fetch
