#include "tools/pg-load/rows/row_stage.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("bad rows are told before anything is sent") {
  TargetTable target = tests::sample();
  target.columns[3].codec = Codec::populate;
  RowStage stage(std::move(target), {});
  CHECK(stage.direct_possible());
  Scope scope;
  CHECK(stage.add({.number = 1, .mark = kWholeRow, .text = R"({"id":1,"q":1})"}, scope) ==
        RowStatus::bad);
  CHECK(stage.encoder().problem().code == "42703");
}

TEST_CASE("a stage without its server says so") {
  Session session(tests::nowhere());
  RowStage stage(tests::sample(), {});
  CHECK_THROWS_AS(stage.start(session, false), base::Error);
}
