#include "tools/pg-load/events/table_conduct.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("keys of some types are equal though they are written otherwise") {
  TargetTable target = tests::sample();
  CHECK(keys_are_exact(target, {}));
  target.key = {0, 1};
  CHECK(keys_are_exact(target, {}));
  CHECK_FALSE(keys_are_exact(target, {.loose_collation = true}));
  target.columns[1] = tests::column("s", "bpchar");
  CHECK_FALSE(keys_are_exact(target, {}));
  target.key = {2};
  CHECK_FALSE(keys_are_exact(target, {}));
}

TEST_CASE("tables whose staging table would have too many columns") {
  TargetTable target = tests::sample();
  CHECK_FALSE(exceeds_stage(target));
  target.columns.resize(1597);
  CHECK_FALSE(exceeds_stage(target));
  target.columns.resize(1598);
  CHECK(exceeds_stage(target));
  target.key.clear();
  CHECK_FALSE(exceeds_stage(target));
}
