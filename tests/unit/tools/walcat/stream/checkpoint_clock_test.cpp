#include "tools/walcat/stream/checkpoint_clock.hpp"

#include <doctest/doctest.h>

using cdckit::walcat::CheckpointClock;
using std::chrono::milliseconds;

TEST_CASE("one per 100 ms or 8 MiB, one a second when nothing was printed") {
  CheckpointClock clock;
  const CheckpointClock::Time start{milliseconds(1'000'000)};
  CHECK(clock.due(start, 0, 1));
  clock.sent(start, 1000);
  CHECK_FALSE(clock.due(start + milliseconds(99), 2000, 1));
  CHECK(clock.due(start + milliseconds(100), 2000, 1));
  CHECK(clock.due(start + milliseconds(1), 1000 + CheckpointClock::kBytes, 1));
  CHECK_FALSE(clock.due(start + milliseconds(999), 1000, 0));
  CHECK(clock.due(start + milliseconds(1000), 1000, 0));
}
