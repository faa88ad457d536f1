#include "tools/opensky-fetch/rows/flight_cursor.hpp"

#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("members are found by name, in any order; others are passed over") {
  FlightCursor cursor(
      R"([{"callsign":"X ","new":{"a":[1]},"lastSeen":9,"icao24":"4b1803","estArrivalAirport":"LSZH"},)"
      R"( {"icao24":"3c6444"}])");
  RowValues values;
  REQUIRE(cursor.next(values));
  CHECK(values[0] == "\"4b1803\"");
  CHECK(values[1] == "\"X \"");
  CHECK(values[2] == "null");
  CHECK(values[3] == "9");
  CHECK(values[5] == "\"LSZH\"");
  REQUIRE(cursor.next(values));
  CHECK(values[1] == "null");
  CHECK_FALSE(cursor.next(values));
}

TEST_CASE("what is no flight is malformed") {
  for (const char* flights : {"[1]",
                              "[[]]",
                              "[{}]",
                              R"([{"icao24":null}])",
                              R"([{"icao24":17}])",
                              R"([{"icao24":""}])",
                              R"([{"icao24":"a","firstSeen":[]}])"}) {
    CAPTURE(flights);
    FlightCursor cursor(flights);
    RowValues values;
    CHECK_THROWS_AS((void)cursor.next(values), Malformed);
  }
}

}  // namespace cdckit::opensky_fetch
