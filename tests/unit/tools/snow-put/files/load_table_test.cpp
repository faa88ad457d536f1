#include "tools/snow-put/files/load_table.hpp"

#include "tests/unit/tools/snow-put/decoded_line.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using Line = test::DecodedLine;
using snow_put::LoadTable;

namespace {

event::TableSchema schema(const std::string& type = "integer", const std::string& encoding = "") {
  return {"public",
          "t",
          "default",
          {"id"},
          {{"id", type, 0, -1, false}, {"d", "date", 0, -1, true}},
          encoding};
}

}  // namespace

TEST_CASE("a journal's rows, and the statements around them") {
  const snow_put::TargetSettings settings;
  LoadTable table(settings, {"CDC", "RAW"}, {"T", {}});
  table.follow(schema("integer", "debezium"), {});
  std::string out;
  const Line line(
      R"({"key":{"id":1},"before":null,"after":{"id":1,"d":19782},"source":{},"op":"c"})");
  CHECK(table.append(out, line.event, {event::Origin::stream, {1, 2}, 0}).empty());
  CHECK(out == R"({"_CDC_POS":"0000000000000001/0000000000000002","_CDC_OP":"c","ID":1,)"
               R"("D":"2024-02-29"})"
               "\n");
  CHECK(table.create_sql().find("CREATE TABLE IF NOT EXISTS \"CDC\".\"RAW\".\"T_JOURNAL\"") == 0);
  CHECK(table.create_sql().find("PRIMARY KEY (\"ID\")") != std::string::npos);
  CHECK(table.put_sql("/d/it's").starts_with(R"(PUT 'file:///d/it\'s' @"CDC"."RAW".%"T_JOURNAL")"));
  CHECK(table.copy_sql("f").find("ON_ERROR = ABORT_STATEMENT") != std::string::npos);
  CHECK(table.copy_sql("f").find("MATCH_BY_COLUMN_NAME = CASE_SENSITIVE") != std::string::npos);
}

TEST_CASE("columns are added and widened, and what cannot be followed makes bad rows") {
  const snow_put::TargetSettings settings;
  LoadTable table(settings, {"CDC", "RAW"}, {"T", {}});
  table.follow(schema(), {});
  event::TableSchema wider = schema("bigint");
  wider.columns.push_back({"extra", "text", 0, -1, true});
  table.follow(wider, {});
  CHECK(table.broken().empty());
  const std::string sql = table.create_sql();
  CHECK(sql.find("ADD COLUMN IF NOT EXISTS \"EXTRA\" VARCHAR") != std::string::npos);
  CHECK(sql.find("SET DATA TYPE NUMBER(19,0)") != std::string::npos);
  table.follow(schema("boolean"), {});
  CHECK(table.broken().find("NUMBER(19,0)") != std::string::npos);
  std::string out;
  const Line line(R"({"key":null,"before":null,"after":{"id":true},"source":{},"op":"c"})");
  CHECK_FALSE(table.append(out, line.event, {}).empty());
}

TEST_CASE("plain rows say their columns themselves") {
  snow_put::TargetSettings settings;
  settings.rows.layout = snow_put::Layout::columns;
  LoadTable table(settings, {"CDC", "RAW"}, {"T", {}});
  snow_put::GuessedColumns guessed;
  const Line line(R"({"id":1,"name":"a"})");
  guessed.see(line.event);
  CHECK(table.grow(guessed));
  CHECK_FALSE(table.grow(guessed));
  std::string out;
  CHECK(table.append_row(out, line.event).empty());
  CHECK(out.starts_with(R"({"ID":1,"NAME":"a","RECORD_METADATA":{)"));
  CHECK(table.create_sql().find(
            "\"ID\" NUMBER(38,0), \"NAME\" VARCHAR, \"RECORD_METADATA\" VARIANT") !=
        std::string::npos);
}
