#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <memory>

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

namespace {
Type array_of(std::uint32_t oid) {
  Type array;
  array.form = TypeForm::array;
  array.element = std::make_shared<Type>(type_of(oid));
  return array;
}
Type hstore() {
  Type type = type_of(20'000, "hstore");
  type.form = TypeForm::hstore;
  return type;
}
}  // namespace

TEST_CASE("arrays print their elements") {
  CHECK(print_as(array_of(oid::kInt4), "{1,NULL,3}") == "[1,null,3]");
  CHECK(print_as(array_of(oid::kText), R"({one,"two,2",NULL})") == R"(["one","two,2",null])");
  CHECK(print_as(array_of(oid::kNumeric), "{1.10}") == R"([{"scale":1,"value":"Cw=="}])");
  CHECK(print_as(array_of(oid::kInt4), "{}") == "[]");
  CHECK(print_as(array_of(oid::kInt4), "[0:1]={5,6}") == "[5,6]");
}

TEST_CASE("dimensions stay; with quirks the inner ones are null") {
  CHECK(print_as(array_of(oid::kInt4), "{{1,2},{3,4}}") == "[[1,2],[3,4]]");
  Printed quirks;
  quirks.settings = quirky();
  CHECK(print_as(array_of(oid::kInt4), "{{1,2},{3,4}}", quirks) == "[null,null]");
  CHECK(print_as(array_of(oid::kInt4), "{{{1},{2}},{{3},{4}}}", quirks) == "[null,null]");
  CHECK(print_as(array_of(oid::kInt4), "{1,NULL}", quirks) == "[1,null]");
  CHECK(print_as(array_of(oid::kInt4), "{}", quirks) == "[]");
}

TEST_CASE("with quirks one element may take the whole array along") {
  Printed quirks;
  quirks.settings = quirky();
  CHECK(print_as(array_of(oid::kNumeric), "{1,NaN}", quirks) == "null");
  CHECK(print_as(array_of(oid::kNumeric), "{1,NULL}", quirks) ==
        R"([{"scale":0,"value":"AQ=="},null])");
  CHECK(print_as(array_of(oid::kTsvector), "{NULL}", quirks) == "null");
  CHECK(print_as(array_of(oid::kTimetz), "{{12:00:00+00}}", quirks) == "null");
  CHECK(print_as(array_of(oid::kCircle), R"({"<(1,2),3>"})", quirks) == "null");
  CHECK(print_as(array_of(oid::kCircle), "{NULL}", quirks) == "[null]");
  CHECK(print_as(array_of(oid::kTsvector), "{NULL}") == "[null]");
  quirks.settings.time_precision = "nanoseconds";
  CHECK(print_as(array_of(oid::kTimestamp),
                 R"({"2300-01-01 00:00:00","1970-01-01 00:00:00"})",
                 quirks) == "[null,0]");
}

TEST_CASE("to the connector bit[] is a bit without a value, an array of domains is nothing") {
  const auto bits = map_type({array_of(oid::kBit), 5}, quirky());
  CHECK(bits.schema.name == "io.debezium.data.Bits");
  CHECK(bits.in_debezium);
  Printed quirks;
  quirks.settings = quirky();
  CHECK(print_as(array_of(oid::kBit), "{101}", quirks) == "null");
  CHECK(print_as(array_of(oid::kBit), "{101}") == "[\"BQ==\"]");
  Type domains = array_of(oid::kInt4);
  auto element = type_of(oid::kInt4);
  element.domain = true;
  domains.element = std::make_shared<Type>(element);
  CHECK(!map_type({domains}, {}).in_debezium);
  element.kind = 'e';
  domains.element = std::make_shared<Type>(element);
  CHECK(map_type({domains}, {}).in_debezium);
}

TEST_CASE("the schema nests as deep as the column is declared") {
  CHECK(map_type({array_of(oid::kInt4), -1, false, 2}, {}).schema.nested ==
        R"("items":{"type":"array","items":{"type":"int32","optional":true},"optional":true})");
}

TEST_CASE("hstore as text and as an object") {
  const auto text = R"("k1"=>"v\"1", "k2"=>NULL)";
  CHECK(print_as(hstore(), text) == R"("{\"k1\":\"v\\\"1\",\"k2\":null}")");
  Printed map;
  map.settings = with(&DebeziumSettings::hstore_handling, "map");
  CHECK(print_as(hstore(), text, map) == R"({"k1":"v\"1","k2":null})");
  CHECK(print_as(hstore(), "") == "\"{}\"");
}

TEST_CASE("pgvector") {
  CHECK(print_as(type_of(20'000, "vector"), "[1,2.5,-1e-10]") == "[1.0,2.5,-1.0E-10]");
  CHECK(print_as(type_of(20'000, "halfvec"), "[0.5]") == "[0.5]");
  CHECK(print_as(type_of(20'000, "sparsevec"), "{1:1.5,3:2}/5") ==
        R"({"dimensions":5,"vector":[[1,1.5],[3,2.0]]})");
  CHECK(print_as(type_of(20'000, "sparsevec"), "{}/5") == R"({"dimensions":5,"vector":[]})");
}
