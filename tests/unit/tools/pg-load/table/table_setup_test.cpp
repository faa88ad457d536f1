#include "tools/pg-load/table/table_setup.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("a table for rows like these") {
  Options options;
  options.table = "t";
  options.keys = {"id"};
  options.columns = {"n:smallint"};
  LineStore rows;
  rows.append({.number = 1, .mark = 0, .text = R"({"id":1,"n":2})"});
  const event::TableSchema schema = plan_table(options, rows);
  REQUIRE(schema.columns.size() == 2);
  CHECK(schema.columns[0].type == "bigint");
  CHECK(schema.columns[1].type == "smallint");
  CHECK(schema.key == std::vector<std::string>{"id"});
  options.keys = {"other"};
  CHECK_THROWS_AS(plan_table(options, rows), base::Error);
}

TEST_CASE("a missing table says what to do") {
  const TableName name{.schema = "s", .table = "flights"};
  CHECK(missing_table(name, false, {}).hint().find("--create") != std::string_view::npos);
  CHECK(missing_table(name, true, {}).kind() == base::ErrorKind::unavailable);
  CHECK(missing_table(name, false, {"s.flight", "s.other"}).hint().find("s.flight") !=
        std::string_view::npos);
}

TEST_CASE("where the events of a table go") {
  Options options;
  CHECK(target_name(options, "S", "T").schema == "S");
  options.maps = {"s.t=other", "u=w.\"U\""};
  CHECK(target_name(options, "s", "t").table == "other");
  CHECK(target_name(options, "s", "t").schema.empty());
  CHECK(target_name(options, "x", "u").table == "U");
  CHECK(target_name(options, "x", "t").table == "t");
  options.table = "all";
  CHECK(target_name(options, "x", "u").table == "all");
}
