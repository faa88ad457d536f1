#include "tools/pg-load/rows/duplicate_filter.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::pg_load::DuplicateFilter;

TEST_CASE("keys are told apart until the limit") {
  DuplicateFilter filter(5000);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 4000; ++i) CHECK_FALSE(filter.seen(std::to_string(i)));
    CHECK(filter.seen("17"));
    CHECK_FALSE(filter.seen("x"));
    filter.clear();
  }
  DuplicateFilter small(2);
  CHECK_FALSE(small.seen("a"));
  CHECK_FALSE(small.seen("b"));
  CHECK(small.seen("c"));
}
