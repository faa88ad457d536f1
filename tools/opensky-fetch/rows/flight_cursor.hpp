// Flights, objects by name.
#pragma once

#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/fields.hpp"

#include <string_view>

namespace cdckit::opensky_fetch {

// Walks an array of flights (valid JSON) in one pass. Members that are not known are passed over.
class FlightCursor {
 public:
  explicit FlightCursor(std::string_view flights) noexcept : flights_(flights) {}
  // Throws Malformed when the next element is no object, has no address, or a member that is known
  // is nested.
  bool next(RowValues& values);

 private:
  ndjson::ArrayCursor flights_;
};

}  // namespace cdckit::opensky_fetch
