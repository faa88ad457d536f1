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

TEST_CASE("what does not go together is refused") {
  RequestSettings request;
  CHECK_NOTHROW(check_request(request));
  SUBCASE("receivers of others") {
    request.serials = {"1"};
  }
  SUBCASE("a box for one's own receivers") {
    request.own = true;
    request.areas = {"alps"};
  }
  SUBCASE("an end without a beginning") {
    request.endpoint = Endpoint::flights;
    request.end = 1;
  }
  SUBCASE("an end before the beginning") {
    request.endpoint = Endpoint::flights;
    request.begin = 2;
    request.end = 1;
  }
  SUBCASE("two kinds of flights") {
    request.endpoint = Endpoint::flights;
    request.arrival = "LSZH";
    request.icao24 = {"4b1803"};
  }
  CHECK_THROWS_AS(check_request(request), base::Error);
}

}  // namespace cdckit::opensky_fetch
