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
