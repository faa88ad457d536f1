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

TEST_CASE(
    "what old rows have of a column is told, an empty text too, and is no part of the shape") {
  TableSchema schema{"s", "t", "default", {}, {{"n", "text", 25, -1, true, "'a'::text"}}};
  const TableSchema without = schema;
  schema.columns[0].missing = "";
  CHECK(line_of(schema).find(R"x("default":"'a'::text","missing":""}])x") != std::string::npos);
  CHECK(event::parse_schema_line(line_of(schema)).columns[0].missing == "");
  CHECK_FALSE(event::parse_schema_line(line_of(without)).columns[0].missing.has_value());
  CHECK(schema == without);
}

TEST_CASE("a domain says what it is made of, which is no part of the shape") {
  TableSchema schema{"s", "t", "default", {}, {{"n", "amount", 70000, -1, true}}};
  const TableSchema without = schema;
  CHECK(schema.columns[0].stored_type() == "amount");
  schema.columns[0].base = "numeric(5,2)";
  CHECK(line_of(schema).find(R"x("nullable":true,"base":"numeric(5,2)"})x") != std::string::npos);
  CHECK(event::parse_schema_line(line_of(schema)).columns[0].stored_type() == "numeric(5,2)");
  CHECK(schema == without);
}

TEST_CASE("what a line leaves out has its usual value") {
  const auto schema = event::parse_schema_line(
      R"({"__cdc":"schema","schema":"s","table":"t","key":[],"columns":[{"name":"a","type":"text"}]})");
  CHECK(schema.identity == "default");
  CHECK(schema.columns == std::vector<event::Column>{{"a", "text", 0, -1, true}});
}

TEST_CASE("encoding, defaults and Connect schemas where there are such") {
  TableSchema schema{"s", "t", "default", {}, {{"n", "integer", 23, -1, true, "nextval('q')"}}};
  schema.encoding = "debezium";
  schema.connect = R"({"key":null,"value":{"type":"struct", "fields":[]}})";
  CHECK(
      line_of(schema) ==
      R"({"__cdc":"schema","v":1,"schema":"s","table":"t","identity":"default","key":[],"columns":[)"
      R"x({"name":"n","type":"integer","oid":23,"modifier":-1,"nullable":true,"default":"nextval('q')"}],)x"
      R"("encoding":"debezium","connect":{"key":null,"value":{"type":"struct", "fields":[]}}})");
  CHECK(event::parse_schema_line(line_of(schema)) == schema);
}

TEST_CASE("a partition names its root") {
  TableSchema schema{"s", "p1", "default", {}, {{"n", "integer", 23, -1, true}}};
  schema.encoding = "plain";
  schema.root = {.schema = "s", .table = "r"};
  CHECK(
      line_of(schema) ==
      R"({"__cdc":"schema","v":1,"schema":"s","table":"p1","identity":"default","key":[],"columns":[)"
      R"({"name":"n","type":"integer","oid":23,"modifier":-1,"nullable":true}],)"
      R"("root":{"schema":"s","table":"r"},"encoding":"plain"})");
  CHECK(event::parse_schema_line(line_of(schema)) == schema);
}

TEST_CASE("members of later versions are passed over") {
  const auto schema = event::parse_schema_line(
      R"({"__cdc":"schema","novel":{"columns":[1]},"schema":"s","table":"t","key":[],)"
      R"("columns":[{"name":"a","collation":["x"],"type":"text"}],"connect":null})");
  CHECK(schema.columns == std::vector<event::Column>{{"a", "text", 0, -1, true}});
  CHECK(schema.connect.empty());
}

TEST_CASE("the hash names the line: every difference of its bytes changes it") {
  const std::string line = line_of(flights());
  const std::string hash = event::schema_hash(line);
  CHECK(hash.size() == 16);
  CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(event::schema_hash(line) == hash);
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string other = line;
    other[i] = static_cast<char>(other[i] ^ 1);
    CHECK(event::schema_hash(other) != hash);
  }
  CHECK(event::schema_hash(line + " ") != hash);
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
        R"({"schema":"s","table":"t","key":[],"columns":[{"name":"a","type":"b","default":1}]})",
        R"({"schema":"s","table":"t","key":[],"columns":[],"encoding":1})",
        R"({"schema":5,"table":"t","key":[],"columns":[]})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(event::parse_schema_line(bad), base::Error);
  }
}
