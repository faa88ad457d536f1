#include "common/snow/type_map.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow::parse_column_type;

TEST_CASE("PostgreSQL's types and their columns") {
  CHECK(snow::snowflake_type("integer") == "NUMBER(10,0)");
  CHECK(snow::snowflake_type("bigint") == "NUMBER(19,0)");
  CHECK(snow::snowflake_type("numeric(12,2)") == "NUMBER(12,2)");
  CHECK(snow::snowflake_type("numeric(38)") == "NUMBER(38,0)");
  CHECK(snow::snowflake_type("numeric(39,2)") == "VARCHAR");
  CHECK(snow::snowflake_type("numeric(5,-2)") == "VARCHAR");
  CHECK(snow::snowflake_type("numeric(2,5)") == "VARCHAR");
  CHECK(snow::snowflake_type("numeric") == "VARCHAR");
  CHECK(snow::snowflake_type("timestamp(3) without time zone") == "TIMESTAMP_NTZ(6)");
  CHECK(snow::snowflake_type("timestamp with time zone") == "TIMESTAMP_TZ(6)");
  CHECK(snow::snowflake_type("character varying(20)") == "VARCHAR");
  CHECK(snow::snowflake_type("numeric(12,2)[]") == "VARIANT");
  CHECK(snow::snowflake_type("jsonb") == "VARIANT");
  CHECK(snow::snowflake_type("bytea") == "BINARY");
  CHECK(snow::snowflake_type("my_enum") == "VARCHAR");
}

TEST_CASE("which values a column can hold") {
  const auto number = parse_column_type("NUMBER(12,2)");
  CHECK(number.precision == 12);
  CHECK(number.scale == 2);
  CHECK(parse_column_type("NUMBER").precision == 38);
  CHECK(parse_column_type("VARCHAR(10)").length == 10);
  CHECK(parse_column_type("TIMESTAMP_NTZ(6)").scale == 6);
  CHECK(parse_column_type("TIMESTAMP_LTZ").scale == 9);
  CHECK(parse_column_type("TIME(0)").scale == 0);
  CHECK(snow::can_hold(number, parse_column_type("NUMBER(10,0)")));
  CHECK_FALSE(snow::can_hold(number, parse_column_type("NUMBER(12,0)")));
  CHECK_FALSE(snow::can_hold(parse_column_type("NUMBER(5,0)"), parse_column_type("NUMBER(10,0)")));
  CHECK(snow::can_hold(parse_column_type("VARCHAR"), parse_column_type("BOOLEAN")));
  CHECK(snow::can_hold(parse_column_type("FLOAT"), number));
  CHECK_FALSE(snow::can_hold(number, parse_column_type("FLOAT")));
  CHECK_FALSE(snow::can_hold(parse_column_type("DATE"), parse_column_type("VARCHAR")));
}
