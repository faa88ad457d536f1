#include "tools/pg-load/table/type_inference.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("shapes of values") {
  CHECK(shape_of("null") == 0);
  CHECK(shape_of("-12") == kShapeInteger);
  CHECK(shape_of("9223372036854775808") == kShapeNumber);
  CHECK(shape_of("1.0") == kShapeNumber);
  CHECK(shape_of("false") == kShapeBoolean);
  CHECK(shape_of("[1]") == kShapeNested);
  CHECK(shape_of(R"("2026-03-01T20:57:01Z")") == kShapeTimestamp);
  CHECK(shape_of(R"("2026-03-01 20:57:01.5+01:00")") == kShapeTimestamp);
  CHECK(shape_of(R"("2026-03-01")") == kShapeText);
  CHECK(shape_of(R"("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")") == kShapeUuid);
  CHECK(shape_of(R"("12")") == kShapeText);
}

TEST_CASE("types for what was seen") {
  CHECK(type_for(0) == "text");
  CHECK(type_for(kShapeInteger) == "bigint");
  CHECK(type_for(kShapeInteger | kShapeNumber) == "numeric");
  CHECK(type_for(kShapeInteger | kShapeText) == "text");
  CHECK(type_for(kShapeTimestamp | kShapeText) == "text");
  CHECK(type_for(kShapeNested | kShapeText) == "jsonb");
}

TEST_CASE("columns in order of appearance, given types win") {
  TypeInference inference;
  inference.add(R"({"id":1,"a":null})");
  inference.add(R"({"b":true,"a":1.5,"id":2})");
  const auto columns = inference.columns({{"id", "integer"}, {"z", "date"}});
  REQUIRE(columns.size() == 4);
  CHECK(columns[0].type == "integer");
  CHECK(columns[1].type == "numeric");
  CHECK(columns[2].name == "b");
  CHECK(columns[3].type == "date");
}

TEST_CASE("the statement that creates a table") {
  event::TableSchema schema;
  schema.key = {"b", "a"};
  schema.columns = {
      {.name = "a", .type = "int"}, {.name = "b", .type = "text"}, {.name = "c", .type = "int"}};
  schema.columns[2].nullable = false;
  CHECK(create_table_sql({.schema = "S", .table = "t"}, schema, true) ==
        "CREATE SCHEMA IF NOT EXISTS \"S\"; CREATE TABLE IF NOT EXISTS \"S\".\"t\" (\"a\" int NOT "
        "NULL, \"b\" text NOT NULL, \"c\" int NOT NULL, "
        "PRIMARY KEY (\"b\", \"a\"))");
}
