#include "tools/opensky-fetch/rows/each_row.hpp"

#include "tools/opensky-fetch/rows/flight_cursor.hpp"
#include "tools/opensky-fetch/rows/state_cursor.hpp"
#include "tools/opensky-fetch/rows/track_cursor.hpp"

#include <string_view>
#include <unordered_set>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kFirstSeen = 2;

// Remembers who was there already; costs nothing while there is one answer only.
class Duplicates {
 public:
  Duplicates(Endpoint endpoint, std::size_t parts) : endpoint_(endpoint), parts_(parts) {}
  bool is_new(const RowValues& values) {
    if (parts_ < 2 || endpoint_ == Endpoint::track) return true;
    if (endpoint_ == Endpoint::states) return seen_.emplace(values[0]).second;
    std::string key(values[0]);
    return seen_.emplace(key.append(values[kFirstSeen])).second;
  }

 private:
  Endpoint endpoint_;
  std::size_t parts_;
  std::unordered_set<std::string> seen_;
};

template <class Cursor>
void walk(Cursor cursor, Duplicates& duplicates, const VisitRow& visit) {
  RowValues values;
  while (cursor.next(values)) {
    if (duplicates.is_new(values)) visit(values);
  }
}

}  // namespace

void each_row(Endpoint endpoint, const Snapshot& snapshot, const VisitRow& visit) {
  Duplicates duplicates(endpoint, snapshot.parts.size());
  for (const std::string_view part : snapshot.parts) {
    if (endpoint == Endpoint::states) {
      walk(StateCursor(part), duplicates, visit);
    } else if (endpoint == Endpoint::track) {
      walk(TrackCursor(part), duplicates, visit);
    } else if (!part.empty()) {
      walk(FlightCursor(part), duplicates, visit);
    }
  }
}

std::uint64_t count_rows(Endpoint endpoint, const Snapshot& snapshot) {
  std::uint64_t rows = 0;
  each_row(endpoint, snapshot, [&](const RowValues&) { ++rows; });
  return rows;
}

}  // namespace cdckit::opensky_fetch
