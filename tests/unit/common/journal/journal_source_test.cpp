#include "common/journal/journal_source.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("columns that may be stored out of line") {
  CHECK(journal::may_be_unchanged(snow::parse_column_type("VARCHAR")));
  CHECK(journal::may_be_unchanged(snow::parse_column_type("VARIANT")));
  CHECK(journal::may_be_unchanged(snow::parse_column_type("NUMBER(38,0)")));
  CHECK_FALSE(journal::may_be_unchanged(snow::parse_column_type("NUMBER(19,0)")));
  CHECK_FALSE(journal::may_be_unchanged(snow::parse_column_type("TIMESTAMP_TZ(6)")));
}

TEST_CASE("what a slice does not hold is not looked for") {
  journal::MergePlan plan;
  plan.journal = {"D", "S", "J"};
  plan.mirror = {"D", "S", "T"};
  plan.key = {"ID"};
  for (const char* name : {"ID", "V"})
    plan.columns.push_back({name, "VARCHAR", snow::parse_column_type("VARCHAR"), true, false, ""});
  plan.mirror_has_position = true;
  const auto has = [&](const char* part) {
    return journal::JournalSource(plan).select().find(part) != std::string::npos;
  };
  CHECK(has("WITH RECURSIVE"));
  CHECK(has("\"D\".\"S\".\"T\" m"));
  plan.has_moves = false;
  CHECK_FALSE(has("RECURSIVE"));
  CHECK_FALSE(has("\"D\".\"S\".\"T\""));
  CHECK(has("lives"));
  plan.has_unchanged = false;
  CHECK_FALSE(has("lives"));
  plan.graves = snow::TableAddress{"D", "S", "T_DELETED"};
  plan.cut = "AA";
  CHECK(has("pos < graves.dead"));
  CHECK(has("GREATEST(COALESCE(MAX(\"_CDC_POS\"), ''), 'AA')"));
  plan.has_truncates = false;
  CHECK(has("cut AS (SELECT 'AA' AS pos)"));
}
