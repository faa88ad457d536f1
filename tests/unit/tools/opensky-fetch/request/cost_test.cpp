#include "tools/opensky-fetch/request/cost.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("states cost by area, the dearer reading at the borders") {
  CHECK(cost_of_area(0) == 1);
  CHECK(cost_of_area(24.9) == 1);
  CHECK(cost_of_area(25) == 2);
  CHECK(cost_of_area(99.9) == 2);
  CHECK(cost_of_area(100) == 3);
  CHECK(cost_of_area(400) == 4);
  CHECK(cost_of_area(64'800) == 4);
}

TEST_CASE("flights and tracks cost by the days they touch") {
  constexpr std::int64_t kDay = 86'400;
  constexpr std::int64_t kNow = 20'000 * kDay + 1000;
  const auto last_days = [&](std::int64_t days) {
    return cost_of_days(kNow - 100 * kDay, kNow - (101 - days) * kDay, kNow);
  };
  CHECK(cost_of_days(kNow - 7200, kNow, kNow) == 4);
  CHECK(cost_of_days(kNow - kDay, kNow, kNow) == 30);
  CHECK(last_days(1) == 30);
  CHECK(last_days(2) == 30);
  CHECK(last_days(3) == 180);
  CHECK(last_days(10) == 600);
  CHECK(last_days(11) == 1320);
  CHECK(last_days(16) == 3840);
  CHECK(last_days(21) == 10080);
  CHECK(last_days(26) == 24960);
}

}  // namespace cdckit::opensky_fetch
