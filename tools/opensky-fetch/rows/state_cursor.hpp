// State vectors, arrays by position.
#pragma once

#include "tools/opensky-fetch/rows/fields.hpp"

#include <string_view>

namespace cdckit::opensky_fetch {

// Walks the array `states` (valid JSON) in one pass.
class StateCursor {
 public:
  explicit StateCursor(std::string_view states) noexcept
      : rest_(states.substr(states.empty() ? 0 : 1)) {}
  // Throws Malformed when the next element is no state vector: not an array, shorter than 16
  // elements (the last one may be missing), without an address, or with nested values.
  bool next(RowValues& values);

 private:
  std::string_view rest_;
};

}  // namespace cdckit::opensky_fetch
