#include "tools/opensky-fetch/request/budget.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("a budget is of a day, or of a time of its own") {
  CHECK(parse_budget("400").credits == 400);
  CHECK(parse_budget("400").period == std::chrono::hours(24));
  CHECK(parse_budget("14400/1h").period == std::chrono::hours(1));
  for (const char* bad :
       {"", "0", "-1", "x", "400/", "400/0", "400/x", "/1d", "1.5", "9999999999"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)parse_budget(bad), std::invalid_argument);
  }
}

TEST_CASE("the pause spends a budget evenly and never overdraws it") {
  CHECK(even_pause(parse_budget("400"), 1) == std::chrono::seconds(216));
  CHECK(even_pause(parse_budget("400"), 4) == std::chrono::seconds(864));
  CHECK(even_pause(parse_budget("4000"), 1) == std::chrono::seconds(22));
  CHECK(even_pause(parse_budget("8000"), 4) == std::chrono::milliseconds(44'000));
  CHECK(even_pause(parse_budget("400"), 0) == std::chrono::seconds(0));
}

TEST_CASE("stretches of time begin at multiples of the period: days at midnight") {
  const Budget day = parse_budget("1");
  CHECK(begin_of_stretch(day, 86'400 + 5) == 86'400);
  CHECK(end_of_stretch(day, 86'400 + 5) == 2 * 86'400);
  CHECK(end_of_stretch(parse_budget("1/1h"), 3'599) == 3'600);
}

}  // namespace cdckit::opensky_fetch
