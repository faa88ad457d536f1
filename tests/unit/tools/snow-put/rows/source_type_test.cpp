#include "tools/snow-put/rows/source_type.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using debezium::Form;

namespace {

debezium::ColumnFacts facts(const std::string& type) {
  snow::TableDescription table;
  table.columns.push_back({"SEEN_AT", type, snow::parse_column_type(type), true, false, ""});
  return snow_put::source_facts(table, "seen_at", debezium::Binary::unsaid).value();
}

}  // namespace

TEST_CASE("each family of columns says what the connector would have written for it") {
  CHECK(facts("NUMBER(12,2)").how.form == Form::any_number);
  CHECK(facts("NUMBER(12,2)").how.scale == 2);
  CHECK(facts("VARCHAR(16777216)").how.form == Form::any_text);
  CHECK(facts("VARIANT").how.form == Form::json);
  CHECK(facts("DATE").how.form == Form::date);
  CHECK(facts("TIMESTAMP_TZ(6)").how.form == Form::iso_zoned);
  CHECK(facts("BINARY(8388608)").how.form == Form::bytes);
  CHECK(facts("FLOAT").how.form == Form::as_it_is);
  CHECK(facts("BOOLEAN").how.form == Form::as_it_is);
  CHECK(facts("GEOGRAPHY").how.form == Form::unknown);
}

TEST_CASE("the precision of a time says its unit") {
  CHECK(facts("TIMESTAMP_NTZ(3)").how.per_second == 1'000);
  CHECK(facts("TIMESTAMP_NTZ(6)").how.per_second == 1'000'000);
  CHECK(facts("TIMESTAMP_NTZ").how.per_second == 1'000'000);
  CHECK(facts("TIME(0)").how.per_second == 1'000);
  CHECK(facts("TIME(9)").how.per_second == 1'000'000);
}

TEST_CASE("a column that the target lacks says nothing") {
  CHECK_FALSE(snow_put::source_facts({}, "x", debezium::Binary::unsaid).has_value());
}
