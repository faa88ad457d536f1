#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

namespace {
constexpr std::int32_t kNumeric72 = (7 << 16 | 2) + 4;
constexpr std::int32_t kNumeric4Minus2 = (4 << 16 | (-2 & 0x7FF)) + 4;
}  // namespace

TEST_CASE("integers, booleans, floats") {
  CHECK(print({oid::kInt2}, "-5") == "-5");
  CHECK(print({oid::kOid}, "4000000000") == "4000000000");
  CHECK(print({oid::kBool}, "t") == "true");
  CHECK(print({oid::kFloat4}, "1.1") == "1.1");
  CHECK(print({oid::kFloat8}, "1e+20") == "1.0E20");
}

TEST_CASE("numeric with a scale, without one") {
  CHECK(print({oid::kNumeric, kNumeric72}, "12345.60") == "\"EtaA\"");
  CHECK(print({oid::kNumeric}, "12345.67890") == R"({"scale":4,"value":"B1vNFQ=="})");
  CHECK(print({oid::kNumeric}, "100") == R"({"scale":0,"value":"ZA=="})");
}

TEST_CASE("a negative scale is one; with quirks it is read without its sign") {
  CHECK(print({oid::kNumeric, kNumeric4Minus2}, "123500") == "\"BNM=\"");
  CHECK(print({oid::kNumeric, kNumeric4Minus2, quirky()}, "123500").size() == 1138);  // 852 bytes
}

TEST_CASE("numeric as text and as floating point") {
  const auto text = with(&DebeziumSettings::decimal_handling, "string");
  CHECK(print({oid::kNumeric, -1, text}, "12345.67890") == "\"12345.67890\"");
  CHECK(print({oid::kNumeric, -1, text}, "NaN") == "\"NAN\"");
  CHECK(print({oid::kNumeric, -1, text}, "-Infinity") == "\"NEGATIVE_INFINITY\"");
  const auto floating = with(&DebeziumSettings::decimal_handling, "double");
  CHECK(print({oid::kNumeric, kNumeric72, floating}, "12345.60") == "12345.6");
  CHECK(print({oid::kNumeric, -1, floating}, "NaN") == "\"NaN\"");
}

TEST_CASE("with quirks a negative scale pads the text with as many zeros") {
  const auto text = quirky(with(&DebeziumSettings::decimal_handling, "string"));
  const auto padded = print({oid::kNumeric, kNumeric4Minus2, text}, "-4200");
  CHECK(padded == "\"-4200." + std::string(2046, '0') + '"');
  CHECK(print({oid::kNumeric, kNumeric4Minus2, text}, "NaN") == "\"NAN\"");
  CHECK(print({oid::kNumeric, kNumeric72, text}, "1.50") == "\"1.50\"");
  CHECK(print({oid::kNumeric, kNumeric4Minus2, with(&DebeziumSettings::decimal_handling, "string")},
              "-4200") == "\"-4200\"");
}

TEST_CASE("what stands for a text that was not sent has the scale's digits") {
  const auto text = with(&DebeziumSettings::decimal_handling, "string");
  const auto filler = [&](std::int32_t modifier) {
    return map_type({type_of(oid::kNumeric), modifier}, text).filler;
  };
  CHECK(filler(kNumeric72) == "\"0.00\"");
  CHECK(filler(kNumeric4Minus2) == "\"0\"");
  CHECK(filler(-1) == "\"0\"");
}

TEST_CASE("with quirks no array takes what is no finite number") {
  for (const char* handling : {"precise", "string", "double"}) {
    const auto knob = with(&DebeziumSettings::decimal_handling, handling);
    CHECK(print({oid::kNumeric, -1, quirky(knob), false, Place::element}, "NaN") == "null");
    CHECK(print({oid::kNumeric, -1, quirky(knob), false, Place::element}, "-Infinity") == "null");
    CHECK(print({oid::kNumeric, -1, quirky(knob), false, Place::element}, "1.5") != "null");
  }
}

TEST_CASE("what a Decimal cannot hold is null") {
  CHECK(print({oid::kNumeric, kNumeric72}, "NaN") == "null");
  CHECK(print({oid::kNumeric}, "Infinity") == "null");
}

TEST_CASE("money") {
  CHECK(print({oid::kMoney}, "$1,234.50") == "\"AeI6\"");
  CHECK(print({oid::kMoney}, "-$0.01") == "\"/w==\"");
  CHECK(print({oid::kMoney, -1, with(&DebeziumSettings::decimal_handling, "string")},
              "-$92,233,720,368,547,758.08") == "\"-92233720368547758.08\"");
  CHECK(print({oid::kMoney, -1, with(&DebeziumSettings::decimal_handling, "double")},
              "$1,234.50") == "1234.5");
}
