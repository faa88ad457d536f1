#include "common/avro/decimal.hpp"

#include <doctest/doctest.h>

using namespace cdckit::avro;
using namespace std::string_literals;

namespace {
std::string digits(std::string_view unscaled, std::int32_t scale) {
  DecimalConverter converter;
  std::string out;
  CHECK(converter.append_digits(out, unscaled, scale));
  return out;
}
std::string unscaled(std::string_view text, std::int32_t scale) {
  DecimalConverter converter;
  return std::string(converter.unscaled(text, scale));
}
}  // namespace

TEST_CASE("digits out of two's complement") {
  CHECK(digits("\x7B", 2) == "1.23");
  CHECK(digits("\x85", 2) == "-1.23");
  CHECK(digits("\0"s, 0) == "0");
  CHECK(digits("\0"s, 3) == "0.000");
  CHECK(digits("", 0) == "0");
  CHECK(digits("\x05", 4) == "0.0005");
  CHECK(digits("\x7B", -2) == "12300");
  CHECK(digits("\0"s, -2) == "0");
  CHECK(digits("\x80", 0) == "-128");
  CHECK(digits("\x80\0\0\0"s, 0) == "-2147483648");
  CHECK(digits("\0\x80\0\0\0"s, 0) == "2147483648");
  CHECK(digits("\x80\0\0\0\0"s, 0) == "-549755813888");
  CHECK(digits("\xFF\xFF\xFF", 0) == "-1");
  CHECK(digits("\x3B\x9A\xCA\0"s, 0) == "1000000000");
}

TEST_CASE("two's complement out of digits, in the fewest bytes") {
  CHECK(unscaled("1.23", 2) == "\x7B");
  CHECK(unscaled("-1.23", 2) == "\x85");
  CHECK(unscaled("1.2", 2) == "\x78");
  CHECK(unscaled("0", 5) == "\0"s);
  CHECK(unscaled("-0.00", 2) == "\0"s);
  CHECK(unscaled("128", 0) == "\0\x80"s);
  CHECK(unscaled("-128", 0) == "\x80");
  CHECK(unscaled("1.500", 1) == "\x0F");
  CHECK(unscaled("12300", -2) == "\x7B");
  CHECK(unscaled("1.23e2", 0) == "\x7B");
  CHECK(unscaled("123E-2", 2) == "\x7B");
  CHECK(unscaled("4294967296", 0) == "\x01\0\0\0\0"s);
  CHECK(unscaled("-4294967296", 0) == "\xFF\0\0\0\0"s);
}

TEST_CASE("what is no decimal of the scale is refused") {
  for (const char* text :
       {"", "-", ".", "1.234", "1.2.3", "abc", "1e", "1e999999999", "NaN", "--1"})
    CHECK(unscaled(text, 2).empty());
  CHECK(unscaled("12345", -2).empty());
  DecimalConverter converter;
  std::string out = "x";
  CHECK_FALSE(converter.append_digits(out, std::string(kMostDecimalBytes + 1, '1'), 0));
  CHECK_FALSE(converter.append_digits(out, "1", kMostDecimalScale + 1));
  CHECK(out == "x");
}

TEST_CASE("every size comes back, both signs") {
  std::string text = "9";
  for (int i = 0; i < 200; ++i) {
    for (const char* sign : {"", "-"}) {
      const std::string number = sign + text;
      CHECK(digits(unscaled(number, 0), 0) == number);
      CHECK(digits(unscaled(number, 7), 7) == number + ".0000000");
    }
    text += static_cast<char>('0' + (i * 7 + 3) % 10);
  }
}
