#include "common/pipe/positions.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using pipe::Position;
using pipe::Positions;

namespace {

Position at(std::uint64_t order) {
  return {order, "p" + std::to_string(order)};
}

}  // namespace

TEST_CASE("a position is told once; the same one again with new rows") {
  Positions positions;
  CHECK_FALSE(positions.untold());
  positions.set_rows(3);
  positions.reached(at(10));
  CHECK(positions.untold());
  CHECK(positions.moved() == 10);
  CHECK(positions.tell() == 3);
  CHECK_FALSE(positions.untold());
  positions.set_rows(5);
  CHECK(positions.untold_rows() == 2);
  CHECK(positions.tell() == 2);
}

TEST_CASE("nothing behind a held position is told until it is let go") {
  Positions positions;
  positions.hold(at(10));
  positions.reached(at(20));
  CHECK(positions.newest().text == "p10");
  (void)positions.tell();
  positions.reached(at(30));
  CHECK_FALSE(positions.untold());
  positions.hold(at(25));
  CHECK(positions.newest().text == "p25");
  positions.hold(std::nullopt);
  CHECK(positions.newest().text == "p30");
}

TEST_CASE(
    "what was told stays told: neither a late hold nor a server that begins earlier takes it "
    "back") {
  Positions positions;
  positions.reached(at(50));
  (void)positions.tell();
  positions.hold(at(40));
  positions.reached(at(60));
  CHECK(positions.newest().text == "p50");
  (void)positions.tell();
  positions.hold(std::nullopt);
  CHECK(positions.newest().text == "p60");
  positions.reached(at(55));
  CHECK(positions.newest().text == "p60");
}

TEST_CASE("with lines behind the newest position the end is what was told before them") {
  Positions positions;
  positions.begin("p1");
  CHECK(positions.end_text() == "p1");
  positions.set_printed(4);
  CHECK(positions.inside());
  CHECK(positions.end_text() == "p1");
  positions.set_rows(4);
  positions.reached(at(5));
  CHECK_FALSE(positions.inside());
  CHECK(positions.end_text() == "p5");
  (void)positions.tell();
  positions.set_rows(6);
  positions.reached(at(7));
  positions.set_printed(9);
  CHECK(positions.end_text() == "p5");
}
