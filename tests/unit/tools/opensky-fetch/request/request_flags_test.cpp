#include "tools/opensky-fetch/request/request_flags.hpp"

#include "common/base/error.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("an address is six hex digits in lower case") {
  CHECK(parse_address("4B1803") == "4b1803");
  CHECK_THROWS_AS((void)parse_address("4b180"), std::invalid_argument);
  CHECK_THROWS_AS((void)parse_address("4b180g"), std::invalid_argument);
}

TEST_CASE("an airport is four letters or digits in upper case") {
  CHECK(parse_airport("lszh") == "LSZH");
  for (const char* bad : {"", "ZRH", "LSZHX", "LS&H"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)parse_airport(bad), std::invalid_argument);
  }
  CHECK(parse_serial("-1408232487") == "-1408232487");
  CHECK_THROWS_AS((void)parse_serial("1a"), std::invalid_argument);
}

TEST_CASE("a recorded track need not be named") {
  Options options;
  options.endpoint = Endpoint::track;
  options.replay = "day";
  CHECK_NOTHROW(check_request(options));
}

TEST_CASE("what does not go together is refused") {
  Options options;
  CHECK_NOTHROW(check_request(options));
  SUBCASE("receivers of others") {
    options.serials = {"1"};
  }
  SUBCASE("a box for one's own receivers") {
    options.own = true;
    options.areas = {"alps"};
  }
  SUBCASE("a track of nobody") {
    options.endpoint = Endpoint::track;
  }
  SUBCASE("an end without a beginning") {
    options.endpoint = Endpoint::flights;
    options.end = 1;
  }
  SUBCASE("an end before the beginning") {
    options.endpoint = Endpoint::flights;
    options.begin = 2;
    options.end = 1;
  }
  SUBCASE("two kinds of flights") {
    options.endpoint = Endpoint::flights;
    options.arrival = "LSZH";
    options.icao24 = {"4b1803"};
  }
  SUBCASE("one stretch of time again and again") {
    options.endpoint = Endpoint::flights;
    options.begin = 1;
    options.every = std::chrono::seconds(10);
  }
  CHECK_THROWS_AS(check_request(options), base::Error);
}

}  // namespace cdckit::opensky_fetch
