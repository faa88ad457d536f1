#include "tools/opensky-fetch/request/box.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("a box is four numbers in order, kept as typed") {
  const Box box = parse_box("45.8389, 5.9962,47.8229,10.5226");
  CHECK(box.south == doctest::Approx(45.8389));
  CHECK(box.east == doctest::Approx(10.5226));
  CHECK(box.texts[1] == "5.9962");
  for (const char* bad :
       {"", "1,2,3", "1,2,3,4,5", "a,2,3,4", "47,6,45,10", "-91,0,0,0", "0,0,0,181", "nan,0,0,0"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)parse_box(bad), std::invalid_argument);
  }
}

TEST_CASE("a box across the date line is two") {
  CHECK(split_at_date_line(parse_box("45,5,47,10")).size() == 1);
  const auto halves = split_at_date_line(parse_box("-21,176,-12,-178.5"));
  REQUIRE(halves.size() == 2);
  CHECK(halves[0].texts == std::array<std::string, 4>{"-21", "176", "-12", "180"});
  CHECK(halves[1].texts == std::array<std::string, 4>{"-21", "-180", "-12", "-178.5"});
  CHECK(halves[1].west == -180);
}

TEST_CASE("the size is in square degrees, also across the date line") {
  CHECK(square_degrees(parse_box("45.8389,5.9962,47.8229,10.5226")) ==
        doctest::Approx(8.98).epsilon(0.001));
  CHECK(square_degrees(parse_box("0,179,1,-179")) == doctest::Approx(2));
  CHECK(square_degrees(parse_box("-90,-180,90,180")) == doctest::Approx(64'800));
}

}  // namespace cdckit::opensky_fetch
