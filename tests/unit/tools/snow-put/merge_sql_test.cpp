#include "tools/snow-put/merge_sql.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

snow::TableColumn column(const char* name, const char* type) {
  return {name, type, snow::parse_column_type(type), true, false, ""};
}

}  // namespace

TEST_CASE("columns that may be stored out of line") {
  CHECK(snow_put::may_be_unchanged(snow::parse_column_type("VARCHAR")));
  CHECK(snow_put::may_be_unchanged(snow::parse_column_type("VARIANT")));
  CHECK(snow_put::may_be_unchanged(snow::parse_column_type("NUMBER(38,0)")));
  CHECK_FALSE(snow_put::may_be_unchanged(snow::parse_column_type("NUMBER(19,0)")));
  CHECK_FALSE(snow_put::may_be_unchanged(snow::parse_column_type("TIMESTAMP_TZ(6)")));
}

TEST_CASE("without such columns the newest row per key is all") {
  snow_put::MergePlan plan{{"D", "S", "T_JOURNAL"},
                           {"D", "S", "T"},
                           {column("ID", "NUMBER(10,0)"), column("N", "FLOAT")},
                           {"ID"},
                           false};
  const std::string sql = snow_put::merge_sql(plan);
  CHECK(sql.starts_with("MERGE INTO \"D\".\"S\".\"T\" t USING ("));
  CHECK(sql.find("RECURSIVE") == std::string::npos);
  CHECK(sql.find("WHEN MATCHED AND s.gone THEN DELETE") != std::string::npos);
  CHECK(sql.find(R"(INSERT ("ID", "N") VALUES (s.k1, s.c1))") != std::string::npos);
}

TEST_CASE("a table that is all key has nothing to update") {
  snow_put::MergePlan plan{
      {"D", "S", "J"}, {"D", "S", "T"}, {column("ID", "VARCHAR")}, {"ID"}, false};
  CHECK(snow_put::merge_sql(plan).find("UPDATE SET") == std::string::npos);
}

TEST_CASE("with them values are looked up along the moves, and in the mirror") {
  snow_put::MergePlan plan{{"D", "S", "J"},
                           {"D", "S", "T"},
                           {column("A", "VARCHAR"), column("B", "BINARY"), column("V", "VARIANT")},
                           {"B", "A"},
                           true};
  const std::string sql = snow_put::merge_sql(plan);
  CHECK(sql.find("WITH RECURSIVE") != std::string::npos);
  CHECK(sql.find("TO_BINARY(GET(l.origin, 'B')::VARCHAR, 'BASE64')") != std::string::npos);
  CHECK(sql.find("GET(l.origin, 'A')::VARCHAR") != std::string::npos);
  CHECK(sql.find("LEFT JOIN \"D\".\"S\".\"T\" m") != std::string::npos);
}
