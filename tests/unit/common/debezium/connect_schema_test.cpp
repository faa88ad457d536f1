#include "common/debezium/connect_schema.hpp"

#include <doctest/doctest.h>

using namespace cdckit::debezium;

namespace {

Form by_type(std::string_view type) {
  return decoding_by_type(type, Binary::unsaid).form;
}

Form by_schema(std::string_view schema, std::string_view type, Binary binary = Binary::unsaid) {
  return decoding_by_schema(schema, type, binary).form;
}

std::string named(const std::string& type, const std::string& name) {
  return R"({"type":")" + type + R"(","optional":true,"name":")" + name + R"(","version":1})";
}

}  // namespace

TEST_CASE("the connector's defaults, by the column's type") {
  CHECK(by_type("integer") == Form::as_it_is);
  CHECK(by_type("uuid") == Form::as_it_is);
  CHECK(by_type("date") == Form::date);
  CHECK(decoding_by_type("timestamp(3) without time zone", Binary::unsaid).per_second == 1000);
  CHECK(decoding_by_type("timestamp(4) without time zone", Binary::unsaid).per_second == 1000000);
  CHECK(decoding_by_type("time without time zone", Binary::unsaid).per_second == 1000000);
  CHECK(by_type("timestamp(0) with time zone") == Form::iso_zoned);
  CHECK(decoding_by_type("numeric(12,2)", Binary::unsaid).scale == 2);
  CHECK(by_type("numeric(5,0)") == Form::decimal);
  CHECK(by_type("numeric") == Form::variable_decimal);
  CHECK(by_type("numeric(5,-2)") == Form::unknown);
  CHECK(decoding_by_type("money", Binary::unsaid).scale == 2);
  CHECK(by_type("bit(1)") == Form::bit);
  CHECK(decoding_by_type("bit(12)", Binary::unsaid).size == 12);
  CHECK(decoding_by_type("bit varying(8)", Binary::unsaid).size == 0);
  CHECK(by_type("interval") == Form::duration);
  CHECK(by_type("jsonb") == Form::json);
  CHECK(by_type("public.hstore") == Form::json);
  CHECK(by_type("bytea") == Form::bytes);
  CHECK(decoding_by_type("bytea", Binary::hex).form == Form::bytes_hex);
  CHECK(by_type("polygon") == Form::shape);
  CHECK(by_type("public.geometry(Point,4326)") == Form::postgis);
  CHECK(by_type("int4multirange") == Form::bytes_text);
  const Decoding array = decoding_by_type("numeric(5,2)[]", Binary::unsaid);
  CHECK(array.form == Form::array);
  CHECK(array.items.front().scale == 2);
}

TEST_CASE("a Connect schema says it better") {
  CHECK(by_schema(named("int32", "io.debezium.time.Date"), "date") == Form::date);
  CHECK(by_schema(named("int64", "io.debezium.time.NanoTimestamp"),
                  "timestamp without time zone") == Form::timestamp);
  CHECK(by_schema(named("string", "io.debezium.data.Json"), "jsonb") == Form::json);
  CHECK(by_schema(named("string", "io.debezium.time.Interval"), "interval") == Form::as_it_is);
  CHECK(by_schema(named("string", "com.example.Mine"), "text") == Form::unknown);
  const Decoding decimal = decoding_by_schema(
      R"({"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"3"}})",
      "numeric",
      Binary::unsaid);
  CHECK(decimal.form == Form::decimal);
  CHECK(decimal.scale == 3);
  const std::string bits =
      R"({"type":"bytes","name":"io.debezium.data.Bits","parameters":{"length":"5"}})";
  CHECK(decoding_by_schema(bits, "bit(5)", Binary::unsaid).size == 5);
  CHECK(decoding_by_schema(bits, "bit varying(5)", Binary::unsaid).size == 0);
  const std::string geometry = named("struct", "io.debezium.data.geometry.Geometry");
  CHECK(by_schema(geometry, "path") == Form::shape);
  CHECK(by_schema(geometry, "public.geometry") == Form::postgis);
}

TEST_CASE("a schema without a name means what its type can mean, and no more") {
  CHECK(by_schema(R"({"type":"int32"})", "integer") == Form::as_it_is);
  CHECK(by_schema(R"({"type":"int32"})", "date") == Form::unknown);
  CHECK(by_schema(R"({"type":"boolean"})", "bit(1)") == Form::bit);
  CHECK(by_schema(R"({"type":"boolean"})", "boolean") == Form::as_it_is);
  CHECK(by_schema(R"({"type":"bytes"})", "bytea") == Form::bytes);
  CHECK(by_schema(R"({"type":"bytes"})", "tsquery") == Form::bytes_text);
  CHECK(by_schema(R"({"type":"bytes"})", "text") == Form::unknown);
  CHECK(by_schema(R"({"type":"string"})", "bytea") == Form::unknown);
  CHECK(by_schema(R"({"type":"string"})", "bytea", Binary::hex) == Form::bytes_hex);
  CHECK(by_schema(R"({"type":"string"})", "bytea", Binary::base64_url_safe) ==
        Form::bytes_url_safe);
  CHECK(by_schema(R"({"type":"string"})", "numeric") == Form::decimal_text);
  CHECK(by_schema(R"({"type":"string"})", "jsonb") == Form::unknown);
  CHECK(by_schema(R"({"type":"map"})", "public.hstore") == Form::as_it_is);
  CHECK(by_schema(R"({"type":"struct"})", "text") == Form::unknown);
  const Decoding array = decoding_by_schema(
      R"({"type":"array","items":{"type":"int32","name":"io.debezium.time.Date"}})",
      "date[]",
      Binary::unsaid);
  CHECK(array.form == Form::array);
  CHECK(array.items.front().form == Form::date);
  CHECK(by_schema(R"({"type":"array"})", "date[]") == Form::unknown);
}

TEST_CASE("the columns of an envelope, or of a row alone") {
  const std::string row =
      R"("fields":[{"type":"int32","field":"id"},{"type":"string","field":"a\"b"}])";
  const std::string envelope = R"({"type":"struct","fields":[{"type":"struct",)" + row +
                               R"(,"field":"before"},{"type":"struct",)" + row +
                               R"(,"field":"after"}]})";
  for (const std::string& schema : {envelope, R"({"type":"struct",)" + row + "}"}) {
    const auto fields = row_fields(schema);
    CHECK(fields.size() == 2);
    CHECK(fields[1].first == "a\"b");
  }
  CHECK(row_fields("{}").empty());
}

TEST_CASE("where the target takes any document, bytes and maps are what the schema says") {
  CHECK(by_schema(R"({"type":"bytes"})", kAnyDocument) == Form::bytes);
  CHECK(by_schema(R"({"type":"map"})", kAnyDocument) == Form::as_it_is);
  CHECK(by_schema(R"({"type":"string"})", kAnyDocument) == Form::as_it_is);
  CHECK(by_schema(R"({"type":"struct"})", kAnyDocument) == Form::unknown);
}
