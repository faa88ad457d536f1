#include "tools/kcat-cdc/schemas/connect_shape.hpp"

#include "common/event/schema.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::column_type;

namespace {

std::string named(const std::string& name, const std::string& parameters = "{}") {
  return column_type(R"({"type":"int64","name":")" + name + R"(","parameters":)" + parameters +
                     "}");
}

std::string decimal(const std::string& precision, const std::string& scale) {
  return named("org.apache.kafka.connect.data.Decimal",
               R"({"scale":")" + scale + R"(","connect.decimal.precision":")" + precision + "\"}");
}

}  // namespace

TEST_CASE("types without a name") {
  CHECK(column_type(R"({"type":"int16"})") == "smallint");
  CHECK(column_type(R"({"type":"int32"})") == "integer");
  CHECK(column_type(R"({"type":"int64"})") == "bigint");
  CHECK(column_type(R"({"type":"float"})") == "real");
  CHECK(column_type(R"({"type":"double"})") == "double precision");
  CHECK(column_type(R"({"type":"boolean"})") == "boolean");
  CHECK(column_type(R"({"type":"string"})") == "text");
  CHECK(column_type(R"({"type":"bytes"})") == "bytea");
  CHECK(column_type(R"({"type":"array","items":{"type":"int32","optional":true}})") == "integer[]");
  CHECK(column_type("{}") == "text");
}

TEST_CASE("semantic types") {
  CHECK(named("io.debezium.time.Date") == "date");
  CHECK(named("io.debezium.time.MicroTime") == "time without time zone");
  CHECK(named("io.debezium.time.MicroTimestamp") == "timestamp without time zone");
  CHECK(named("io.debezium.time.ZonedTimestamp") == "timestamp with time zone");
  CHECK(named("io.debezium.time.MicroDuration") == "interval");
  CHECK(named("io.debezium.data.Json") == "jsonb");
  CHECK(named("io.debezium.data.Uuid") == "uuid");
  CHECK(named("io.debezium.data.VariableScaleDecimal") == "numeric");
  CHECK(named("io.debezium.data.Bits", R"({"length":"10"})") == "bit varying(10)");
  CHECK(named("io.debezium.data.Bits", R"({"length":"2147483647"})") == "bit varying");
  CHECK(named("somebody.elses.Type") == "bigint");
  CHECK(column_type(R"({"type":"string","name":"io.debezium.data.Enum"})") == "text");
}

TEST_CASE("decimals, and scales that PostgreSQL cannot have everywhere") {
  CHECK(decimal("12", "2") == "numeric(12,2)");
  CHECK(decimal("2", "4") == "numeric");
  CHECK(decimal("4", "2046") == "numeric");
  CHECK(decimal("5", "-2") == "numeric");
  CHECK(decimal("0", "0") == "numeric");
  CHECK(named("org.apache.kafka.connect.data.Decimal", R"({"scale":"2"})") == "numeric");
}

TEST_CASE("what the source called its type goes first") {
  CHECK(named("io.debezium.data.Json", R"({"__debezium.source.column.type":"JSON"})") == "json");
}

TEST_CASE("a table by its topic") {
  CHECK(kcat_cdc::table_of_topic("p.public.t").schema == "public");
  CHECK(kcat_cdc::table_of_topic("p.public.t").table == "t");
  CHECK(kcat_cdc::table_of_topic("public.t").schema == "public");
  CHECK(kcat_cdc::table_of_topic("t").schema.empty());
  CHECK(kcat_cdc::table_of_topic("t").table == "t");
}

TEST_CASE("the line of a flat record is read as any schema line") {
  const std::string value =
      "{\"type\":\"struct\",\n\"fields\":[{\"field\":\"a\\\"b\",\"type\":\"int32\",\"optional\":"
      "false},"
      "{\"field\":\"c\",\"type\":\"string\",\"optional\":true}]}";
  std::string line;
  kcat_cdc::append_connect_shape(line, {"public", "t"}, "null", value);
  CHECK(line.find('\n') == std::string::npos);
  const event::TableSchema shape = event::parse_schema_line(line);
  CHECK(shape.table == "t");
  CHECK(shape.key.empty());
  REQUIRE(shape.columns.size() == 2);
  CHECK(shape.columns[0] == event::Column{"a\"b", "integer", 0, -1, false});
  CHECK(shape.columns[1] == event::Column{"c", "text", 0, -1, true});
  CHECK(shape.encoding == "debezium");
  CHECK(shape.connect.starts_with(R"({"key":null,"value":{)"));
}
