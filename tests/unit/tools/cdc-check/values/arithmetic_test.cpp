#include "tools/cdc-check/values/arithmetic.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

Decimal number(std::string_view text) {
  const auto value = parse_decimal(text);
  REQUIRE(value);
  return *value;
}

std::string sum(const char* a, const char* b) {
  return to_text(add(number(a), number(b)));
}
std::string times(const char* a, const char* b) {
  return to_text(multiply(number(a), number(b)));
}
std::string by(const char* a, const char* b) {
  const auto value = divide(number(a), number(b));
  return value ? to_text(*value) : "null";
}

}  // namespace

TEST_CASE("sums are exact up to 38 digits") {
  CHECK(sum("0.1", "0.2") == "0.3");
  CHECK(sum("1", "-1") == "0");
  CHECK(sum("99999999999999999999999999999999999999", "0") ==
        "99999999999999999999999999999999999999");
  CHECK(sum("12345678901234567890.123456789", "-12345678901234567890") == "0.123456789");
  CHECK(sum("1e20", "1e-17") == "100000000000000000000.00000000000000001");
  CHECK(to_text(subtract(number("0.3"), number("0.1"))) == "0.2");
  CHECK(sum("1e39", "12345678901234567890123456789012345678") ==
        "10123456789012345678901234567890123457e2");
}

TEST_CASE("rounded once, half to even") {
  CHECK(sum("10000000000000000000000000000000000000", "0.5") ==
        "10000000000000000000000000000000000000");
  CHECK(sum("10000000000000000000000000000000000001", "0.5") ==
        "10000000000000000000000000000000000002");
  CHECK(sum("10000000000000000000000000000000000000", "0.50000000000000000000000000000000000001") ==
        "10000000000000000000000000000000000001");
  CHECK(sum("10000000000000000000000000000000000001", "-1e-60") ==
        "10000000000000000000000000000000000001");
  CHECK(sum("1e100", "-1e-100") == "1e100");
}

TEST_CASE("products and quotients") {
  CHECK(times("1.1", "1.1") == "1.21");
  CHECK(times("-3", "0") == "0");
  CHECK(times("12345678901234567890", "98765432109876543210") ==
        "12193263113702179522374638011112635269e2");
  CHECK(by("1", "8") == "0.125");
  CHECK(by("1", "3") == "0.33333333333333333333333333333333333333");
  CHECK(by("2", "3") == "0.66666666666666666666666666666666666667");
  CHECK(by("-10", "4") == "-2.5");
  CHECK(by("1", "0") == "null");
  CHECK(by("0", "7") == "0");
  CHECK(to_text(absolute(number("-5"))) == "5");
  CHECK(to_text(negated(number("5"))) == "-5");
}

TEST_CASE("multiples") {
  const auto multiple = [](const char* value, const char* step) {
    return is_multiple(number(value), number(step));
  };
  CHECK(multiple("0", "7"));
  CHECK(multiple("10", "2"));
  CHECK(multiple("4.5", "1.5"));
  CHECK(multiple("0.0075", "0.0001"));
  CHECK(multiple("1e308", "0.5"));
  CHECK(multiple("1e300", "3") == false);
  CHECK(multiple("3e300", "3"));
  CHECK_FALSE(multiple("0.00751", "0.0001"));
  CHECK_FALSE(multiple("35", "1.5"));
  CHECK_FALSE(multiple("1", "1e50"));
  CHECK(multiple("12391239123", "1e-8"));
}
