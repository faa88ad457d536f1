#include "common/journal/journal_ddl.hpp"

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
  const auto columns = journal::target_columns(orders());
  CHECK(journal::create_journal_sql({"D", "S", "ORDERS_JOURNAL"}, columns) ==
        R"(CREATE TABLE IF NOT EXISTS "D"."S"."ORDERS_JOURNAL" ("A" NUMBER(10,0) COMMENT 'key 2', )"
        R"("B" VARCHAR COMMENT 'key 1', "V" VARIANT, "_CDC_POS" VARCHAR, "_CDC_OP" VARCHAR, )"
        R"("_CDC_COMMIT_TS" TIMESTAMP_TZ(6), "_CDC_UNCHANGED" VARIANT, "_CDC_OLD_KEY" VARIANT, )"
        R"("_CDC_NEW_KEY" VARIANT, "_CDC_CHANNEL" VARCHAR))");
  CHECK(journal::create_mirror_sql({"D", "S", "ORDERS"}, columns) ==
        R"(CREATE TABLE IF NOT EXISTS "D"."S"."ORDERS" ("A" NUMBER(10,0) NOT NULL, "B" VARCHAR )"
        R"(NOT NULL, "V" VARIANT, "_CDC_POS" VARCHAR, PRIMARY KEY ("B", "A")))");
  CHECK(journal::add_column_clause(columns[2]) == R"(ADD COLUMN IF NOT EXISTS "V" VARIANT)");
  CHECK(journal::widen_column_clause("A", "NUMBER(19,0)") ==
        R"(ALTER COLUMN "A" SET DATA TYPE NUMBER(19,0))");
}

TEST_CASE("names that collide are refused") {
  event::TableSchema schema = orders();
  schema.columns[2].name = "A";
  CHECK_THROWS_AS(journal::target_columns(schema), base::Error);
  schema.columns[2].name = "_cdc_pos";
  CHECK_THROWS_AS(journal::target_columns(schema), base::Error);
}

TEST_CASE("a journal remembers the key") {
  snow::TableDescription journal;
  journal.columns = {{"A", "NUMBER(10,0)", {}, true, false, "key 2"},
                     {"B", "VARCHAR", {}, true, false, "key 1"},
                     {"_CDC_POS", "VARCHAR", {}, true, false, ""}};
  const auto columns = journal::columns_of_journal(journal);
  REQUIRE(columns.size() == 2);
  CHECK(columns[0].key_place == 2);
  CHECK(columns[1].key_place == 1);
}

TEST_CASE("soft deletes, and a CREATE TABLE of the user's") {
  const auto columns = journal::target_columns(orders());
  CHECK(journal::create_mirror_sql({"D", "S", "T"}, columns, {true, ""})
            .find(R"("_CDC_DELETED" BOOLEAN NOT NULL)") != std::string::npos);
  CHECK(journal::create_mirror_sql(
            {"D", "S", "T"}, columns, {false, "CREATE TABLE ${table} (${columns}) CLUSTER BY (B)"})
            .starts_with(R"(CREATE TABLE "D"."S"."T" ("A" NUMBER(10,0) NOT NULL)"));
  CHECK(journal::create_variant_sql({"D", "S", "T"})
            .ends_with("(RECORD_METADATA VARIANT, RECORD_CONTENT VARIANT)"));
  CHECK(journal::create_columns_sql({"D", "S", "T"}, columns).find("RECORD_METADATA") !=
        std::string::npos);
}

TEST_CASE("names that the service refuses even in quotes get another one") {
  event::TableSchema schema = orders();
  schema.columns[2].name = "Current_User";
  CHECK(journal::target_columns(schema)[2].name == "CURRENT_USER_");
}
