#include "tools/cdc-check/program/key_set.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("a set holds what was put in, each once") {
  KeySet set;
  CHECK_FALSE(set.contains(""));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5'000; ++i) set.insert("value " + std::to_string(i));
    set.insert("");
  }
  CHECK(set.size() == 5'001);
  CHECK(set.contains(""));
  int found = 0;
  for (int i = 0; i < 10'000; ++i) found += set.contains("value " + std::to_string(i)) ? 1 : 0;
  CHECK(found == 5'000);
}
