#include "tools/opensky-fetch/rows/track_cursor.hpp"

#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("each waypoint has the track's head and its own place") {
  TrackCursor cursor(
      R"({"path":[[1,2.5,3,null,90,false],[7,8,9,10,11,true,"more"]],"icao24":"4b1803",)"
      R"("calllsign":"SWR1","startTime":1.0E0,"endTime":7})");
  RowValues values;
  REQUIRE(cursor.next(values));
  CHECK(values[0] == "\"4b1803\"");
  CHECK(values[1] == "\"SWR1\"");
  CHECK(values[2] == "1.0E0");
  CHECK(values[5] == "2.5");
  CHECK(values[7] == "null");
  REQUIRE(cursor.next(values));
  CHECK(values[4] == "7");
  CHECK(values[9] == "true");
  CHECK_FALSE(cursor.next(values));
}

TEST_CASE("no path has no waypoints") {
  RowValues values;
  CHECK_FALSE(TrackCursor("").next(values));
  CHECK_FALSE(TrackCursor(R"({"icao24":"a","path":null})").next(values));
  CHECK_FALSE(TrackCursor(R"({"icao24":"a","path":[]})").next(values));
}

TEST_CASE("what is no track is malformed") {
  for (const char* track : {R"({"path":[]})",
                            R"({"icao24":null,"path":[]})",
                            R"({"icao24":{},"path":[]})",
                            R"({"icao24":"a","path":[1]})",
                            R"({"icao24":"a","path":[{}]})",
                            R"({"icao24":"a","path":[[1,2,3,4,5]]})",
                            R"({"icao24":"a","path":[[1,2,3,4,5,[]]]})"}) {
    CAPTURE(track);
    RowValues values;
    CHECK_THROWS_AS((void)TrackCursor(track).next(values), Malformed);
  }
}

}  // namespace cdckit::opensky_fetch
