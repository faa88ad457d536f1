// The stretch of time that flights are asked for, cut as the service wants it.
#pragma once

#include <cstdint>
#include <vector>

namespace cdckit::opensky_fetch {

// Unix seconds, both inclusive.
struct Window {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// The last two hours: what happens now.
Window last_hours(std::int64_t now);
// Flights of an aircraft or airport come from a nightly batch: yesterday (UTC) is the newest.
Window yesterday(std::int64_t now);

// The service takes at most two hours for all flights.
std::vector<Window> cut_by_two_hours(Window window);
// It counts dates of UTC, not hours: at most `days` of them in one piece.
std::vector<Window> cut_by_days(Window window, std::int64_t days);

}  // namespace cdckit::opensky_fetch
