#include "tools/walcat/server/facts.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("transactions count when they are open for five seconds, or still there when hidden") {
  const Blocker young{.pid = "1", .xid = "10", .age = std::chrono::seconds(4)};
  const Blocker old{.pid = "2", .xid = "11", .age = std::chrono::seconds(5)};
  const Blocker hidden{.pid = "3", .xid = "12"};
  const Blocker another{.pid = "3", .xid = "13"};
  CHECK(long_blockers({young}, {young}).empty());
  CHECK(long_blockers({young, old}, {}).size() == 1);
  CHECK(long_blockers({hidden}, {hidden}).size() == 1);
  CHECK(long_blockers({hidden}, {another}).empty());
  CHECK(long_blockers({hidden}, {}).empty());
}
