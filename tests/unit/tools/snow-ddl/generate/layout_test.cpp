#include "tools/snow-ddl/generate/layout.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/snow-ddl/generate/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const Columns kPlain{{"id", "bigint"}, {"note", "text"}};

}  // namespace

TEST_CASE("a layout comes back from its comment") {
  LayoutChoice choice;
  choice.folding = Folding::task;
  choice.every = std::chrono::seconds(120);
  choice.history = true;
  const TableLayout layout = laid_out({{"id", "bigint"}, {"a${b}\n", "text"}}, choice);
  const std::string line = layout_comment(layout);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('$') == std::string::npos);
  CHECK(parse_layout_comment(line) == layout);
}

TEST_CASE("other comments are none, one that was edited is refused") {
  CHECK_FALSE(parse_layout_comment("-- snow-ddl: after R__a").has_value());
  CHECK_FALSE(parse_layout_comment(setup_comment()).has_value());
  CHECK(is_setup_comment(setup_comment()));
  for (const char* text : {"-- snow-ddl generate: {", "-- snow-ddl generate: {\"table\":\"T\"}"})
    CHECK_THROWS_AS(parse_layout_comment(text), base::Error);
}

TEST_CASE("columns are added and widened, and stay where the source lost them") {
  const TableLayout before = laid_out({{"id", "bigint"}, {"n", "numeric(5,2)"}, {"gone", "text"}});
  const TableLayout now =
      laid_out({{"id", "bigint"}, {"n", "numeric(7,2)"}, {"more", "timestamptz"}});
  const TableLayout next = followed(before, now, {});
  REQUIRE(next.columns.size() == 4);
  CHECK(next.columns[1].type == "NUMBER(7,2)");
  CHECK(next.columns[2].name == "GONE");
  CHECK(next.columns[3] == journal::TargetColumn{"MORE", "TIMESTAMP_TZ(6)", 0});
  CHECK(followed(next, before, {}) == next);  // narrower again: what there is holds it
}

TEST_CASE("what is not said stays as it was") {
  LayoutChoice choice;
  choice.folding = Folding::task;
  choice.live = true;
  const TableLayout before = laid_out(kPlain, choice);
  CHECK(followed(before, laid_out(kPlain), {}) == before);
  LayoutChoice other;
  other.folding = Folding::none;
  CHECK(followed(before, laid_out(kPlain, other), other).folding == Folding::none);
}

TEST_CASE("what no statement can do is refused") {
  const TableLayout before = laid_out(kPlain);
  CHECK_THROWS_AS(followed(before, laid_out(kPlain, {}, {"note"}), {}), base::Error);
  CHECK_THROWS_AS(followed(before, laid_out({{"id", "text"}, {"note", "text"}}), {}), base::Error);
  LayoutChoice dynamic;
  dynamic.folding = Folding::dynamic;
  CHECK_THROWS_AS(followed(before, laid_out(kPlain, dynamic), dynamic), base::Error);
  LayoutChoice soft;
  soft.soft_deletes = true;
  CHECK_THROWS_AS(followed(before, laid_out(kPlain, soft), soft), base::Error);
}

TEST_CASE("a plan names the tables and the key") {
  const journal::MergePlan plan = plan_of(laid_out(kPlain));
  CHECK(plan.journal.table == "ORDERS_JOURNAL");
  CHECK(plan.mirror.table == "ORDERS");
  CHECK(plan.key == std::vector<std::string>{"ID"});
  CHECK(plan.columns.at(1).parsed.family == snow::TypeFamily::text);
}

}  // namespace cdckit::snow_ddl
