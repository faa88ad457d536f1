#include "tools/snow-ddl/history/history_table.hpp"

#include "common/snow/identifiers.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("the name may have one to three parts, quoted or not") {
  CHECK(sql_name(HistoryTable{}) == R"("METADATA"."SCHEMACHANGE"."CHANGE_HISTORY")");
  CHECK(sql_name(parse_history_table("a.b.c")) == R"("A"."B"."C")");
  CHECK(sql_name(parse_history_table("b.c")) == R"("METADATA"."B"."C")");
  CHECK(sql_name(parse_history_table("c")) == R"("METADATA"."SCHEMACHANGE"."C")");
  CHECK(sql_name(parse_history_table(R"("my.db"."S".t)")) == R"("my.db"."S"."T")");
  for (const char* bad : {"", "a..c", "a.b.c.d", ".c", "\"a", "a.\"\""}) {
    CAPTURE(bad);
    CHECK_THROWS_AS((void)parse_history_table(bad), std::invalid_argument);
  }
}

TEST_CASE("an entry's texts are texts, whatever they hold") {
  HistoryEntry entry;
  entry.version = "1";
  entry.script = "V1__it's.sql";
  entry.seconds = 3;
  entry.success = false;
  const std::string text = insert_text(HistoryTable{}, entry);
  CHECK(text.find(snow::sql_text("V1__it's.sql") + ", 'V'") != std::string::npos);
  CHECK(text.find("3, 'Failed'") != std::string::npos);
  CHECK(forget_version_text(HistoryTable{}, "1.2").ends_with("VERSION = '1.2'"));
  CHECK(HistoryTable{}.beside("_LOCK").table == "CHANGE_HISTORY_LOCK");
}

TEST_CASE("rows are read back by column name") {
  snow::StatementResult result;
  for (const char* name : {"STATUS",
                           "VERSION",
                           "DESCRIPTION",
                           "SCRIPT",
                           "SCRIPT_TYPE",
                           "CHECKSUM",
                           "EXECUTION_TIME",
                           "INSTALLED_BY",
                           "INSTALLED_ON"}) {
    snow::ResultColumn column;
    column.name = name;
    result.columns.push_back(column);
  }
  result.rows.push_back(
      {"Success", "1.2", "A", "V1.2__a.sql", "V", "abc", "4", "ME", "2026-01-01T00:00:00.000Z"});
  result.rows.push_back(
      {"Failed", "", "B", "R__b.sql", "R", std::nullopt, std::nullopt, "ME", "x"});
  const auto entries = read_entries(result);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].success);
  CHECK(entries[0].version == "1.2");
  CHECK(entries[0].seconds == 4);
  CHECK_FALSE(entries[1].success);
  CHECK(entries[1].kind == 'R');
  CHECK(entries[1].checksum.empty());
}

}  // namespace cdckit::snow_ddl
