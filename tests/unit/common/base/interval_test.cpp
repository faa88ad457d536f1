#include "common/base/interval.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;

TEST_CASE("an interval is due at first, then whenever its length has gone by since it last was") {
  base::Interval second(1s);
  const base::Interval::Clock::time_point start{};  // a clock that has just begun
  CHECK(second.due(start));
  CHECK_FALSE(second.due(start));
  CHECK_FALSE(second.due(start + 999ms));
  CHECK(second.due(start + 1700ms));
  CHECK_FALSE(second.due(start + 2600ms));
  CHECK(second.due(start + 2700ms));
}
