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
std::string unavailable(const Type& type, const DebeziumSettings& settings = {}) {
  return map_type({type}, settings).unavailable;
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

TEST_CASE("unchanged arrays hold the placeholder in what their elements are") {
  const auto x = with(&DebeziumSettings::unavailable_value, "x");
  CHECK(unavailable(array_of(oid::kInt4), x) == "[120]");
  CHECK(unavailable(array_of(oid::kFloat8), x) == "[120.0]");
  CHECK(unavailable(array_of(oid::kText), x) == "[\"x\"]");
  CHECK(unavailable(array_of(oid::kBytea), x) == "[\"eA==\"]");
  CHECK(unavailable(array_of(oid::kTimestamptz), x) == "[\"x\"]");
  CHECK(unavailable(array_of(oid::kUuid), x) == "[\"9dd4e461-268c-3034-b5c8-564e155c67a6\"]");
  CHECK(unavailable(array_of(oid::kBool), x).empty());
  CHECK(unavailable(hstore(), x) == R"("{\"x\":\"x\"}")");
}
