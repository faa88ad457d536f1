#include "common/event/schema.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using event::TableSchema;

namespace {

TableSchema flights() {
  return {"public",
          "fl\"ights",
          "default",
          {"id"},
          {{"id", "bigint", 20, -1, false}, {"n\\ame", "numeric(12,2)", 1700, 786438, true}}};
}

std::string line_of(const TableSchema& schema) {
  std::string line;
  event::append_schema_line(line, schema);
  return line;
}

}  // namespace

TEST_CASE("a schema line has its members in this order") {
  CHECK(
      line_of(flights()) ==
      R"({"__cdc":"schema","v":1,"schema":"public","table":"fl\"ights","identity":"default","key":["id"],"columns":[)"
      R"({"name":"id","type":"bigint","oid":20,"modifier":-1,"nullable":false},)"
      R"x({"name":"n\\ame","type":"numeric(12,2)","oid":1700,"modifier":786438,"nullable":true}]})x");
}

TEST_CASE("round trip") {
  CHECK(event::parse_schema_line(line_of(flights())) == flights());
  const TableSchema bare{"s", "t", "nothing", {}, {}};
  CHECK(event::parse_schema_line(line_of(bare)) == bare);
}

TEST_CASE("what a line leaves out has its usual value") {
  const auto schema = event::parse_schema_line(
      R"({"__cdc":"schema","schema":"s","table":"t","key":[],"columns":[{"name":"a","type":"text"}]})");
  CHECK(schema.identity == "default");
  CHECK(schema.columns == std::vector<event::Column>{{"a", "text", 0, -1, true}});
}

TEST_CASE("the hash names the shape: every difference changes it") {
  const std::string hash = event::schema_hash(flights());
  CHECK(hash.size() == 16);
  CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(event::schema_hash(flights()) == hash);
  CHECK(event::schema_hash(event::parse_schema_line(line_of(flights()))) == hash);
  const auto changed = [&](auto change) {
    TableSchema other = flights();
    change(other);
    return event::schema_hash(other) != hash;
  };
  CHECK(changed([](TableSchema& s) { s.schema = "x"; }));
  CHECK(changed([](TableSchema& s) { s.table = "x"; }));
  CHECK(changed([](TableSchema& s) { s.identity = "full"; }));
  CHECK(changed([](TableSchema& s) { s.key.clear(); }));
  CHECK(changed([](TableSchema& s) { s.columns[0].nullable = true; }));
  CHECK(changed([](TableSchema& s) { s.columns[1].modifier = -1; }));
  CHECK(changed([](TableSchema& s) { s.columns[1].type = "numeric"; }));
  CHECK(changed([](TableSchema& s) { std::swap(s.columns[0], s.columns[1]); }));
}

TEST_CASE("broken schema lines") {
  for (const char* bad :
       {"",
        "{}",
        R"({"schema":"s"})",
        R"({"schema":"s","table":"t","key":[1],"columns":[]})",
        R"({"schema":"s","table":"t","key":[],"columns":[{}]})",
        R"({"schema":"s","table":"t","key":[],"columns":[{"name":"a","type":"b","oid":"x"}]})",
        R"({"schema":"s","table":"t","key":[],"columns":[{"name":"a","type":"b","oid":1e50}]})",
        R"({"schema":"s","table":"t","key":[],"columns":[{"name":"a","type":"b","modifier":1.5}]})",
        R"({"schema":5,"table":"t","key":[],"columns":[]})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(event::parse_schema_line(bad), base::Error);
  }
}
