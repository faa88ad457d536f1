#include "tools/cdc-check/values/decimal.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

Decimal number(std::string_view text) {
  const auto value = parse_decimal(text);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("numbers in every spelling are ordered by value") {
  // each line: equal among themselves, below all of the next line
  const std::vector<std::vector<std::string>> lines{
      {"-1e1000000000000", "-1e999999999999999999999"},
      {"-12345678901234567890123456789012345678.5"},
      {"-12345678901234567890123456789012345678", "-12345678901234567890123456789012345678.0"},
      {"-1.5", "-15e-1", "-1.50"},
      {"-1", "-1.0", "-1e0", "-100e-2"},
      {"-0.00000000000000000000000000000000000001", "-1e-38"},
      {"-1e-1000"},
      {"0", "-0", "0.0", "0e99", "-0.000"},
      {"1e-1000"},
      {"0.1", "1e-1", "0.10000000000000000000000000000000000000000"},
      {"0.10000000000000000000000000000000000000001"},
      {"0.3"},
      {"1", "1.0", "10e-1"},
      {"9007199254740993"},
      {"9007199254740994", "9007199254740994.0"},
      {"12345678901234567890123456789012345678"},
      {"12345678901234567890123456789012345678.0000000000000000000000001"},
      {"12345678901234567890123456789012345679"},
      {"123456789012345678901234567890123456780"},
      {"1e1000"},
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string& left : lines[i]) {
      CAPTURE(left);
      for (const std::string& same : lines[i]) CHECK(compare(number(left), number(same)) == 0);
      for (std::size_t above = i + 1; above < lines.size(); ++above) {
        for (const std::string& right : lines[above]) {
          CAPTURE(right);
          CHECK(compare(number(left), number(right)) < 0);
          CHECK(compare(number(right), number(left)) > 0);
        }
      }
    }
  }
}

TEST_CASE("an integer is any number without a fraction") {
  for (const char* text : {"0",
                           "-0.0",
                           "1",
                           "1.0",
                           "1e3",
                           "1.5e1",
                           "150e-1",
                           "-7",
                           "1e400",
                           "12345678901234567890123456789012345678901234567890.000",
                           "0.001e3"})
    CHECK_MESSAGE(number(text).is_integer(), text);
  for (const char* text : {"0.5",
                           "1e-1",
                           "1.05e1",
                           "12345678901234567890123456789012345678901.5",
                           "1e-400",
                           "0.0000000000000000000000000000000000000000000000001"})
    CHECK_MESSAGE(!number(text).is_integer(), text);
}

TEST_CASE("what is no number") {
  for (const char* text :
       {"", "-", "+", ".", "e5", "1e", "1e+", "1x", "0x10", "1.2.3", "NaN", " 1", "1 "})
    CHECK_MESSAGE(!parse_decimal(text), text);
  for (const char* text : {"+1", ".5", "5.", "007"}) CHECK_MESSAGE(parse_decimal(text), text);
}

TEST_CASE("the whole part") {
  CHECK(whole_part(number("12.9")) == 12);
  CHECK(whole_part(number("-12.9")) == -12);
  CHECK(whole_part(number("0.9")) == 0);
  CHECK(whole_part(number("9223372036854775807")) == 9223372036854775807);
  CHECK_FALSE(whole_part(number("9223372036854775808")));
  CHECK_FALSE(whole_part(number("1e30")));
}

TEST_CASE("as text") {
  CHECK(to_text(number("-12.50")) == "-12.5");
  CHECK(to_text(number("1e3")) == "1000");
  CHECK(to_text(number("0.001")) == "0.001");
  CHECK(to_text(number("1e50")) == "1e50");
  CHECK(to_text(number("0")) == "0");
  CHECK(to_text(decimal_of(-42)) == "-42");
}

TEST_CASE("short numbers are the same however they are read") {
  // an exponent leads the long way
  for (const char* text : {"0",
                           "-0",
                           "7",
                           "-7",
                           "0.5",
                           "000",
                           "0.050",
                           "100",
                           "1200.00",
                           "0012.340",
                           ".5",
                           "5.",
                           "999999999999999999",
                           "-99999999.9999999999",
                           "0.000000000000000001",
                           "+42"}) {
    CAPTURE(text);
    const Decimal quick = number(text);
    const Decimal slow = number(std::string(text) + "e0");
    CHECK(static_cast<std::uint64_t>(quick.digits) == static_cast<std::uint64_t>(slow.digits));
    CHECK(quick.exponent == slow.exponent);
    CHECK(quick.lowest == slow.lowest);
    CHECK(quick.count == slow.count);
    CHECK(quick.negative == slow.negative);
  }
  for (const char* text : {"", "-", ".", "1.2.3", "1-", "--1", "1a", " 1"})
    CHECK_FALSE_MESSAGE(parse_decimal(text), text);
}
