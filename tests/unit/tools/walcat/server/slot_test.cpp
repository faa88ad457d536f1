#include "tools/walcat/server/slot.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("slot names are what the server takes") {
  CHECK(is_slot_name("a_1"));
  CHECK_FALSE(is_slot_name(""));
  CHECK_FALSE(is_slot_name("A"));
  CHECK_FALSE(is_slot_name("a-b"));
  CHECK(is_slot_name(std::string(63, 'x')));
  CHECK_FALSE(is_slot_name(std::string(64, 'x')));
  CHECK(is_slot_name(temporary_slot_name()));
  CHECK(temporary_slot_name() != temporary_slot_name());
}

TEST_CASE("the history of timelines") {
  const auto history =
      parse_history("1\t0/3000148\tno recovery target specified\n\n2\t1/2A\tbefore x\nbroken\n");
  REQUIRE(history.size() == 2);
  CHECK(history[0].timeline == 1);
  CHECK(history[0].end == 0x3000148);
  CHECK(history[1].end == 0x10000002A);
  CHECK(parse_history("").empty());
}
