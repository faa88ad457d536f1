// All rows of a snapshot, whatever the endpoint.
#pragma once

#include "tools/opensky-fetch/rows/fields.hpp"
#include "tools/opensky-fetch/rows/flight_cursor.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"
#include "tools/opensky-fetch/rows/state_cursor.hpp"
#include "tools/opensky-fetch/rows/track_cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace cdckit::opensky_fetch {

// Remembers who was there already; costs nothing while there is one answer only.
class Duplicates {
 public:
  Duplicates(Endpoint endpoint, std::size_t parts) noexcept
      : endpoint_(endpoint), needed_(parts > 1 && endpoint != Endpoint::track) {}
  bool is_new(const RowValues& values) { return !needed_ || remember(values); }

 private:
  bool remember(const RowValues& values);

  Endpoint endpoint_;
  bool needed_;
  std::unordered_set<std::string> seen_;
};

template <class Cursor, class Visit>
void walk_rows(Cursor cursor, Duplicates& duplicates, const Visit& visit) {
  RowValues values;
  while (cursor.next(values)) {
    if (duplicates.is_new(values)) visit(values);
  }
}

// In the order of the answers; what two of them hold (an aircraft in boxes that overlap, a flight
// at the border of two windows) comes once, as the first has it. Throws Malformed.
template <class Visit>
void each_row(Endpoint endpoint, const Snapshot& snapshot, const Visit& visit) {
  Duplicates duplicates(endpoint, snapshot.parts.size());
  for (const std::string_view part : snapshot.parts) {
    if (endpoint == Endpoint::states) {
      walk_rows(StateCursor(part), duplicates, visit);
    } else if (endpoint == Endpoint::track) {
      walk_rows(TrackCursor(part), duplicates, visit);
    } else if (!part.empty()) {
      walk_rows(FlightCursor(part), duplicates, visit);
    }
  }
}

std::uint64_t count_rows(Endpoint endpoint, const Snapshot& snapshot);

}  // namespace cdckit::opensky_fetch
