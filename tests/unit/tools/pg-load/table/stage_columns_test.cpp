#include "tools/pg-load/table/stage_columns.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("columns of a staging table") {
  TargetTable target = tests::sample();
  target.columns[0] = tests::column("id", "bigint");
  const StageColumns rows(target, StageKind::rows);
  CHECK(rows.stage_key() == "c0");
  CHECK(rows.match("x") == "x.\"id\" OPERATOR(pg_catalog.=) s.c0");
  CHECK(rows.staged_for_match(2) == "s.c2::numeric(12,2)");
  CHECK(rows.staged_fields({0, 1, 2}) == 3);
  CHECK(join({1, 2}, "+", [](std::size_t column) { return std::to_string(column); }) == "1+2");
}

TEST_CASE("only rows are packed") {
  TargetTable target = tests::sample();
  target.packed_from = 1;
  CHECK(StageColumns(target, StageKind::rows).staged_fields({0, 1, 2, 3}) == 2);
  CHECK(StageColumns(target, StageKind::events).staged_fields({0, 1, 2, 3}) == 4);
  CHECK(StageColumns(target, StageKind::rows).staged_for_match(2) == "s.rest[2]::numeric(12,2)");
}
