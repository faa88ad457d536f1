// When to poll: at multiples of the period on the wall clock, as the service's own picture changes.
#pragma once

#include <chrono>
#include <cstdint>

namespace cdckit::opensky_fetch {

using std::chrono::milliseconds;

// How often the service's picture changes.
inline constexpr milliseconds kGridOfAnonymous{10'000};
inline constexpr milliseconds kGridOfKnown{5'000};

// What `period` is between polls. A grid of 0: there is none.
struct Rhythm {
  milliseconds period{0};
  milliseconds grid{0};
};

// How long from `now` (Unix milliseconds) to the next tick after it: a multiple of the period,
// moved to the service's grid when it lies beside it, so that no picture is paid for twice. 0 for a
// period of 0.
milliseconds until_next_tick(std::int64_t now, const Rhythm& rhythm);

// Which snapshots of a recording a poller with this period would have seen: the first one at or
// after each multiple of the period. Without a period all of them.
class RecordedTicks {
 public:
  explicit RecordedTicks(milliseconds period) noexcept : period_(period.count()) {}
  bool takes(std::int64_t unix_milliseconds);

 private:
  std::int64_t period_;
  std::int64_t next_ = 0;  // Unix milliseconds
};

}  // namespace cdckit::opensky_fetch
