#include "tools/walcat/debezium/decimal.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {
std::string unscaled(std::string_view text, std::int32_t scale) {
  Decimal decimal;
  REQUIRE(parse_decimal(text, decimal));
  std::string out;
  append_unscaled(out, decimal, scale);
  return out;
}
}  // namespace

TEST_CASE("unscaled numbers in the fewest bytes") {
  CHECK(unscaled("12345.60", 2) == "EtaA");
  CHECK(unscaled("42", 0) == "Kg==");
  CHECK(unscaled("0", 0) == "AA==");
  CHECK(unscaled("0.00", 2) == "AA==");
  CHECK(unscaled("-1", 0) == "/w==");
  CHECK(unscaled("127", 0) == "fw==");
  CHECK(unscaled("128", 0) == "AIA=");
  CHECK(unscaled("-128", 0) == "gA==");
  CHECK(unscaled("-129", 0) == "/38=");
}

TEST_CASE("scales beside the digits that are there") {
  CHECK(unscaled("1.5", 2) == "AJY=");
  CHECK(unscaled("123500", -2) == "BNM=");
  CHECK(unscaled("0.00123", 5) == "ew==");
  CHECK(unscaled("0", -3) == "AA==");
}

TEST_CASE("any number of digits") {
  CHECK(unscaled("18446744073709551616", 0) == "AQAAAAAAAAAA");    // 2^64
  CHECK(unscaled("-18446744073709551616", 0) == "/wAAAAAAAAAA");   // -2^64
  CHECK(unscaled("-9223372036854775808", 0) == "gAAAAAAAAAA=");    // -2^63
  CHECK(unscaled("9223372036854775808", 0) == "AIAAAAAAAAAA");     // 2^63
  CHECK(unscaled("340282366920938463463374607431768211455", 0) ==  // 2^128 - 1
        "AP////////////////////8=");
  CHECK(unscaled("0.0000000000000000000000000", 25) == "AA==");
  CHECK(unscaled("1", 1000).size() == 556);  // 416 bytes
}

TEST_CASE("zeros at the end of a fraction go, others stay") {
  Decimal decimal;
  REQUIRE(parse_decimal("-12345.67890", decimal));
  CHECK(decimal.negative);
  CHECK(stripped(decimal).fraction == "6789");
  REQUIRE(parse_decimal("100", decimal));
  CHECK(stripped(decimal).whole == "100");
  REQUIRE(parse_decimal("0.00", decimal));
  CHECK(stripped(decimal).fraction.empty());
}

TEST_CASE("what is no number is refused") {
  Decimal decimal;
  for (const char* text : {"NaN", "Infinity", "-Infinity", ""})
    CHECK(!parse_decimal(text, decimal));
}
