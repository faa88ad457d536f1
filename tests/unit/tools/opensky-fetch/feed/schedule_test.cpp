#include "tools/opensky-fetch/feed/schedule.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

Rhythm every(int seconds, int grid = 0) {
  return {std::chrono::seconds(seconds), std::chrono::seconds(grid)};
}

// The ticks of a minute, in seconds.
std::string ticks(const Rhythm& rhythm) {
  std::string seen;
  for (std::int64_t now = 0; now < 60'000;) {
    now += until_next_tick(now, rhythm).count();
    seen += std::to_string(now / 1000) + " ";
  }
  return seen;
}

}  // namespace

TEST_CASE("ticks are multiples of the period") {
  CHECK(until_next_tick(1'000'000'003'000, every(10)).count() == 7'000);
  CHECK(until_next_tick(1'000'000'009'999, every(10)).count() == 1);
  CHECK(until_next_tick(1'000'000'010'000, every(10)).count() == 10'000);
  CHECK(until_next_tick(5, every(0)).count() == 0);
}

TEST_CASE("ticks lie on the grid of the service, and none comes twice") {
  CHECK(ticks(every(10, 10)) == "10 20 30 40 50 60 ");
  CHECK(ticks(every(15, 10)) == "20 30 50 60 ");
  CHECK(ticks(every(15, 5)) == "15 30 45 60 ");
  CHECK(ticks(every(5, 10)) == "10 20 30 40 50 60 ");
  CHECK(ticks(every(25, 10)) == "30 50 80 ");
}

TEST_CASE("a recording is thinned to what a poller would have seen") {
  RecordedTicks ticks{milliseconds(30'000)};
  std::string seen;
  for (const std::int64_t time : {100, 110, 120, 130, 145, 150, 151, 215, 240}) {
    if (ticks.takes(time * 1000)) seen += std::to_string(time) + " ";
  }
  CHECK(seen == "100 120 150 215 240 ");
}

TEST_CASE("without a period all are taken") {
  RecordedTicks ticks{milliseconds(0)};
  CHECK(ticks.takes(5));
  CHECK(ticks.takes(6));
}

}  // namespace cdckit::opensky_fetch
