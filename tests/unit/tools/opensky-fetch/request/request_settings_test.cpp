#include "tools/opensky-fetch/request/request_settings.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("areas become boxes behind those that are given, and none crosses the date line") {
  RequestSettings request;
  request.areas = {"fiji", "switzerland"};
  request.boxes = {parse_box("0,0,10,9")};
  resolve_areas(request);
  REQUIRE(request.boxes.size() == 4);
  CHECK(request.areas.empty());
  CHECK(request.boxes[0].north == 10);
  CHECK(request.boxes[1].east == 180);
  CHECK(request.boxes[2].west == -180);
  request.areas = {"atlantis"};
  CHECK_THROWS_AS(resolve_areas(request), base::Error);
}

}  // namespace cdckit::opensky_fetch
