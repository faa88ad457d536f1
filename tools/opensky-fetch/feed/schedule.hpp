// When to poll: at multiples of the period on the wall clock, as the service's own picture changes.
#pragma once

#include <chrono>
#include <cstdint>

namespace cdckit::opensky_fetch {

using std::chrono::milliseconds;

// How long from `now` (Unix milliseconds) to the next multiple of `period` after it; 0 for 0.
milliseconds until_next_tick(std::int64_t now, milliseconds period);

// Which snapshots of a recording a poller with this period would have seen: the first one at or
// after each multiple of the period. Without a period all of them.
class RecordedTicks {
 public:
  explicit RecordedTicks(milliseconds period) noexcept : period_(period.count()) {}
  bool takes(std::int64_t unix_seconds);

 private:
  std::int64_t period_;
  std::int64_t next_ = 0;  // Unix milliseconds
};

}  // namespace cdckit::opensky_fetch
