#include "common/pipe/checkpoint_clock.hpp"

#include <doctest/doctest.h>

using cdckit::pipe::CheckpointClock;
using std::chrono::milliseconds;

namespace {

constexpr CheckpointClock::Time kStart{milliseconds(1'000'000)};

}  // namespace

TEST_CASE("one per 100 ms or 8 MiB, one a second when nothing was printed") {
  CheckpointClock clock;
  CHECK(clock.due(kStart, 0, 1, 1));
  clock.sent(kStart, 1000, 1, 1);
  CHECK_FALSE(clock.due(kStart + milliseconds(99), 2000, 1, 1));
  CHECK(clock.due(kStart + milliseconds(100), 2000, 1, 1));
  CHECK(clock.due(kStart + milliseconds(1), 1000 + CheckpointClock::kBytes, 1, 1));
  CHECK_FALSE(clock.due(kStart + milliseconds(999), 1000, 0, 1));
  CHECK(clock.due(kStart + milliseconds(1000), 1000, 0, 1));
}

TEST_CASE("an idle position that other work moves is told every second, however small the steps") {
  CheckpointClock clock;
  auto now = kStart;
  for (int i = 0; i < 100; ++i) {
    now += milliseconds(1000);
    CHECK(clock.due(now, 0, 0, 56));
    clock.sent(now, 0, 0, 56);
  }
}

TEST_CASE("a pipe whose stored checkpoints move the position comes to rest") {
  CheckpointClock clock;
  auto now = kStart;
  int told = 0;
  // a day of looking ten times a second; each checkpoint is stored at once, which is 248 bytes of
  // WAL
  for (int i = 0; i < 24 * 3600 * 10; ++i, now += milliseconds(100)) {
    if (!clock.due(now, 0, 0, 248)) continue;
    clock.sent(now, 0, 0, 248);
    clock.heard_echo(true);
    ++told;
  }
  CHECK(told <= 10);
  CHECK(told >= 3);
}

TEST_CASE("rows, and a step that no stored checkpoint makes, end the rest at once") {
  CheckpointClock clock;
  auto now = kStart;
  for (int i = 0; i < 3; ++i) {
    clock.heard_echo(true);
    clock.sent(now, 0, 0, 248);
  }
  now += milliseconds(1000);
  CHECK_FALSE(clock.due(now, 0, 0, 248));
  CHECK(clock.due(now, 0, 0, CheckpointClock::kEcho));
  CHECK(clock.due(now, 0, 1, 248));
  clock.sent(now, 0, 1, 248);
  now += milliseconds(1000);
  CHECK(clock.due(now, 0, 0, 248));
}
