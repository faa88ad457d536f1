#include "tools/walcat/debezium/unavailable.hpp"

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
std::string connectors(const Type& type, const DebeziumSettings& settings) {
  return connector_unavailable({type}, map_type({type}, settings), settings);
}
}  // namespace

TEST_CASE("the placeholder may be spelled in hex") {
  CHECK(unavailable_bytes({}) == "__debezium_unavailable_value");
  CHECK(unavailable_bytes(with(&DebeziumSettings::unavailable_value, "hex:00ff")) ==
        std::string("\0\xff", 2));
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

TEST_CASE("the connector has it for some arrays only") {
  const auto x = with(&DebeziumSettings::unavailable_value, "x");
  for (const auto known : {oid::kInt4,
                           oid::kInt8,
                           oid::kDate,
                           oid::kText,
                           oid::kBpchar,
                           oid::kUuid,
                           oid::kJsonb,
                           oid::kBytea})
    CHECK(connectors(array_of(known), x) == unavailable(array_of(known), x));
  for (const auto other : {oid::kInt2, oid::kFloat8, oid::kTimestamptz, oid::kInet, oid::kNumeric})
    CHECK(connectors(array_of(other), x) == "null");
  Type domain = array_of(oid::kInt4);
  domain.domain = true;
  CHECK(connectors(domain, x) == "null");
}

TEST_CASE("the connector loses it in some modes") {
  const auto in = [](std::string DebeziumSettings::* knob, const char* value, const Type& type) {
    return connectors(type, with(knob, value));
  };
  const auto bytea = type_of(oid::kBytea);
  CHECK(in(&DebeziumSettings::binary_handling, "bytes", bytea) == unavailable(bytea));
  CHECK(in(&DebeziumSettings::binary_handling, "hex", bytea) == "\"__debezium_unavailable_value\"");
  CHECK(in(&DebeziumSettings::binary_handling, "base64", bytea) == "null");
  CHECK(in(&DebeziumSettings::binary_handling, "base64-url-safe", bytea) == "null");
  CHECK(in(&DebeziumSettings::binary_handling, "hex", array_of(oid::kBytea)) == "null");
  CHECK(in(&DebeziumSettings::time_precision, "connect", array_of(oid::kDate)) == "null");
  CHECK(in(&DebeziumSettings::time_precision, "isostring", array_of(oid::kDate)) == "null");
  const auto numeric = type_of(oid::kNumeric);
  CHECK(in(&DebeziumSettings::decimal_handling, "precise", numeric) == "null");
  CHECK(in(&DebeziumSettings::decimal_handling, "double", numeric) == "null");
  CHECK(in(&DebeziumSettings::decimal_handling, "string", numeric) ==
        "\"__debezium_unavailable_value\"");
  CHECK(connectors(type_of(oid::kBit), {}) == "null");
  CHECK(connectors(type_of(oid::kPolygon), {}) == "null");
  CHECK(connectors(type_of(oid::kText), {}) == "\"__debezium_unavailable_value\"");
}

TEST_CASE("hstore behind a domain is plain text to the connector") {
  const auto x = with(&DebeziumSettings::unavailable_value, "x");
  auto map = x;
  map.hstore_handling = "map";
  CHECK(connectors(hstore(), map) == R"({"x":"x"})");
  Type domain = hstore();
  domain.domain = true;
  CHECK(connectors(domain, x) == "\"x\"");
  CHECK(connectors(domain, map) == "null");
}
