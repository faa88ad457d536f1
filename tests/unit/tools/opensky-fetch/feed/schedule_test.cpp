#include "tools/opensky-fetch/feed/schedule.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("ticks are multiples of the period") {
  CHECK(until_next_tick(1'000'000'003'000, milliseconds(10'000)).count() == 7'000);
  CHECK(until_next_tick(1'000'000'009'999, milliseconds(10'000)).count() == 1);
  CHECK(until_next_tick(1'000'000'010'000, milliseconds(10'000)).count() == 10'000);
  CHECK(until_next_tick(5, milliseconds(0)).count() == 0);
}

TEST_CASE("a recording is thinned to what a poller would have seen") {
  RecordedTicks ticks{milliseconds(30'000)};
  std::string seen;
  for (const std::int64_t time : {100, 110, 120, 130, 145, 150, 151, 215, 240}) {
    if (ticks.takes(time)) seen += std::to_string(time) + " ";
  }
  CHECK(seen == "100 120 150 215 240 ");
}

TEST_CASE("without a period all are taken") {
  RecordedTicks ticks{milliseconds(0)};
  CHECK(ticks.takes(5));
  CHECK(ticks.takes(6));
}

}  // namespace cdckit::opensky_fetch
