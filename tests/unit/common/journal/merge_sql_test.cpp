#include "common/journal/merge_sql.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

snow::TableColumn column(const char* name, const char* type) {
  return {name, type, snow::parse_column_type(type), true, false, ""};
}

}  // namespace

TEST_CASE("without such columns the newest row per key is all") {
  journal::MergePlan plan{{"D", "S", "T_JOURNAL"},
                          {"D", "S", "T"},
                          {column("ID", "NUMBER(10,0)"), column("N", "FLOAT")},
                          {"ID"},
                          false,
                          false,
                          "",
                          ""};
  const std::string sql = journal::merge_sql(plan);
  CHECK(sql.starts_with("MERGE INTO \"D\".\"S\".\"T\" t USING ("));
  CHECK(sql.find("RECURSIVE") == std::string::npos);
  CHECK(sql.find("WHEN MATCHED AND s.gone THEN DELETE") != std::string::npos);
  CHECK(sql.find(R"(INSERT ("ID", "N") VALUES (s.k1, s.c1))") != std::string::npos);
}

TEST_CASE("a table that is all key has nothing to update") {
  journal::MergePlan plan{
      {"D", "S", "J"}, {"D", "S", "T"}, {column("ID", "VARCHAR")}, {"ID"}, false, false, "", ""};
  CHECK(journal::merge_sql(plan).find("UPDATE SET") == std::string::npos);
}

TEST_CASE("with them values are looked up along the moves, and in the mirror") {
  journal::MergePlan plan{{"D", "S", "J"},
                          {"D", "S", "T"},
                          {column("A", "VARCHAR"), column("B", "BINARY"), column("V", "VARIANT")},
                          {"B", "A"},
                          true,
                          false,
                          "",
                          ""};
  const std::string sql = journal::merge_sql(plan);
  CHECK(sql.find("WITH RECURSIVE") != std::string::npos);
  CHECK(sql.find("TO_BINARY(GET(l.origin, 'B')::VARCHAR, 'BASE64')") != std::string::npos);
  CHECK(sql.find("GET(l.origin, 'A')::VARCHAR") != std::string::npos);
  CHECK(sql.find("LEFT JOIN \"D\".\"S\".\"T\" m") != std::string::npos);
}

TEST_CASE("a slice, and rows that stay when they are deleted") {
  journal::MergePlan plan{{"D", "S", "J"},
                          {"D", "S", "T"},
                          {column("ID", "VARCHAR"), column("V", "FLOAT")},
                          {"ID"},
                          true,
                          true,
                          "A",
                          "B"};
  const std::string sql = journal::merge_sql(plan);
  CHECK(sql.find(R"("_CDC_POS" > 'A' AND "_CDC_POS" < 'B')") != std::string::npos);
  CHECK(sql.find("DELETE") == sql.find("DELETED"));
  CHECK(sql.find(R"(THEN UPDATE SET "_CDC_DELETED" = TRUE, "V" = )") != std::string::npos);
  CHECK(sql.find(R"("_CDC_DELETED" = FALSE)") != std::string::npos);
  CHECK(sql.find("WHEN NOT MATCHED AND (NOT s.gone OR s.h1) THEN INSERT") != std::string::npos);
  CHECK(journal::truncate_sql(plan).starts_with("UPDATE"));
  plan.soft_deletes = false;
  CHECK(journal::truncate_sql(plan).starts_with("DELETE FROM"));
}

TEST_CASE("new rows alone are inserted, and deletes remembered") {
  journal::MergePlan plan{{"D", "S", "J"},
                          {"D", "S", "T"},
                          {column("ID", "NUMBER(10,0)"), column("V", "FLOAT")},
                          {"ID"},
                          true,
                          false,
                          "",
                          ""};
  plan.only_new = true;
  CHECK(journal::merge_sql(plan).starts_with(
      R"(INSERT INTO "D"."S"."T" ("ID", "V", "_CDC_POS") SELECT s.k1, s.c1, s.pos)"));
  plan.soft_deletes = true;  // its key may be there, deleted
  CHECK(journal::merge_sql(plan).starts_with("MERGE"));
  plan.graves = snow::TableAddress{"D", "S", "T_DELETED"};
  CHECK(journal::create_graves_sql(plan, *plan.graves) ==
        R"(CREATE TABLE IF NOT EXISTS "D"."S"."T_DELETED" ("ID" NUMBER(10,0) NOT NULL, )"
        R"("_CDC_POS" VARCHAR NOT NULL))");
  CHECK(journal::bury_sql(plan).starts_with(R"(MERGE INTO "D"."S"."T_DELETED" t)"));
}
