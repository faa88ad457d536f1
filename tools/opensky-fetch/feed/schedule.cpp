#include "tools/opensky-fetch/feed/schedule.hpp"

#include <algorithm>

namespace cdckit::opensky_fetch {
namespace {

std::int64_t rounded_up(std::int64_t time, std::int64_t grid) {
  return grid <= 0 ? time : (time + grid - 1) / grid * grid;
}

}  // namespace

milliseconds until_next_tick(std::int64_t now, const Rhythm& rhythm) {
  if (rhythm.period.count() <= 0) return milliseconds(0);
  const std::int64_t grid = rhythm.grid.count();
  const std::int64_t period = std::max(rhythm.period.count(), grid);
  const std::int64_t last = now / period * period;
  const std::int64_t tick = rounded_up(last, grid);
  return milliseconds((tick > now ? tick : rounded_up(last + period, grid)) - now);
}

bool RecordedTicks::takes(std::int64_t unix_milliseconds) {
  if (period_ <= 0) return true;
  if (unix_milliseconds < next_) return false;
  next_ =
      unix_milliseconds + until_next_tick(unix_milliseconds, {milliseconds(period_), {}}).count();
  return true;
}

}  // namespace cdckit::opensky_fetch
