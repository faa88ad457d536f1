#include "tools/snow-put/journal_ddl.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

event::TableSchema orders() {
  return {
      "public",
      "orders",
      "default",
      {"b", "a"},
      {{"a", "integer", 0, -1, false}, {"b", "text", 0, -1, false}, {"v", "jsonb", 0, -1, true}}};
}

}  // namespace

TEST_CASE("journal and mirror of a source table") {
  const auto columns = snow_put::target_columns(orders());
  CHECK(snow_put::create_journal_sql({"D", "S", "ORDERS_JOURNAL"}, columns) ==
        R"(CREATE TABLE IF NOT EXISTS "D"."S"."ORDERS_JOURNAL" ("A" NUMBER(10,0) COMMENT 'key 2', )"
        R"("B" VARCHAR COMMENT 'key 1', "V" VARIANT, "_CDC_POS" VARCHAR, "_CDC_OP" VARCHAR, )"
        R"("_CDC_COMMIT_TS" TIMESTAMP_TZ(6), "_CDC_UNCHANGED" VARIANT, "_CDC_OLD_KEY" VARIANT, )"
        R"("_CDC_NEW_KEY" VARIANT))");
  CHECK(snow_put::create_mirror_sql({"D", "S", "ORDERS"}, columns) ==
        R"(CREATE TABLE IF NOT EXISTS "D"."S"."ORDERS" ("A" NUMBER(10,0) NOT NULL, "B" VARCHAR )"
        R"(NOT NULL, "V" VARIANT, "_CDC_POS" VARCHAR, PRIMARY KEY ("B", "A")))");
  CHECK(snow_put::add_column_sql({"D", "S", "T"}, columns[2]) ==
        R"(ALTER TABLE "D"."S"."T" ADD COLUMN IF NOT EXISTS "V" VARIANT)");
}

TEST_CASE("names that collide are refused") {
  event::TableSchema schema = orders();
  schema.columns[2].name = "A";
  CHECK_THROWS_AS(snow_put::target_columns(schema), base::Error);
  schema.columns[2].name = "_cdc_pos";
  CHECK_THROWS_AS(snow_put::target_columns(schema), base::Error);
}

TEST_CASE("a journal remembers the key") {
  snow::TableDescription journal;
  journal.columns = {{"A", "NUMBER(10,0)", {}, true, false, "key 2"},
                     {"B", "VARCHAR", {}, true, false, "key 1"},
                     {"_CDC_POS", "VARCHAR", {}, true, false, ""}};
  const auto columns = snow_put::columns_of_journal(journal);
  REQUIRE(columns.size() == 2);
  CHECK(columns[0].key_place == 2);
  CHECK(columns[1].key_place == 1);
}
