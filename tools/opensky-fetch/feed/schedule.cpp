#include "tools/opensky-fetch/feed/schedule.hpp"

namespace cdckit::opensky_fetch {

milliseconds until_next_tick(std::int64_t now, milliseconds period) {
  if (period.count() <= 0) return milliseconds(0);
  return period - milliseconds(now % period.count());
}

bool RecordedTicks::takes(std::int64_t unix_seconds) {
  if (period_ <= 0) return true;
  const std::int64_t now = unix_seconds * 1000;
  if (now < next_) return false;
  next_ = now + until_next_tick(now, milliseconds(period_)).count();
  return true;
}

}  // namespace cdckit::opensky_fetch
