#include "common/event/java_number.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <doctest/doctest.h>

using namespace cdckit::event;

namespace {
std::string twice(std::string_view text) {
  std::string out;
  append_java_number(out, text, FloatWidth::twice);
  return out;
}
std::string single(std::string_view text) {
  std::string out;
  append_java_number(out, text, FloatWidth::single);
  return out;
}
std::string of(double value) {
  std::string out;
  append_java_number(out, value);
  return out;
}
}  // namespace

TEST_CASE("plain notation from a thousandth up to ten million") {
  CHECK(twice("100") == "100.0");
  CHECK(twice("-1.1") == "-1.1");
  CHECK(twice("0.001") == "0.001");
  CHECK(twice("0.0012") == "0.0012");
  CHECK(twice("9999999") == "9999999.0");
  CHECK(twice("1234567.875") == "1234567.875");
  CHECK(twice("0") == "0.0");
  CHECK(twice("-0") == "-0.0");
}

TEST_CASE("beyond it a mantissa and an exponent") {
  CHECK(twice("2.5e-10") == "2.5E-10");
  CHECK(twice("1e+20") == "1.0E20");
  CHECK(twice("10000000") == "1.0E7");
  CHECK(twice("12345678.5") == "1.23456785E7");
  CHECK(twice("0.000999") == "9.99E-4");
  CHECK(single("1.6777216e+07") == "1.6777216E7");
  CHECK(twice("1.7976931348623157e+308") == "1.7976931348623157E308");
}

TEST_CASE("the smallest numbers get a second digit") {
  CHECK(twice("5e-324") == "4.9E-324");
  CHECK(twice("1e-323") == "9.9E-324");
  CHECK(single("1e-45") == "1.4E-45");
  CHECK(twice("1e-300") == "1.0E-300");
}

namespace {
// As it was printed digit by digit.
template <class Float>
void check_both_ways(Float value, FloatWidth width) {
  char text[40];
  const auto* end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  std::string expected;
  append_java_number(expected, {text, static_cast<std::size_t>(end - text)}, width);
  std::string got;
  append_java_number(got, value);
  CHECK(got == expected);
}
}  // namespace

TEST_CASE("numbers are printed as their digits are") {
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const double scale = std::pow(10.0, static_cast<int>(state >> 60U) - 5);
    const double value = static_cast<double>(static_cast<std::int32_t>(state >> 28U)) * scale / 1e8;
    check_both_ways(value, FloatWidth::twice);
    check_both_ways(static_cast<float>(value), FloatWidth::single);
    check_both_ways(std::trunc(value), FloatWidth::twice);
    check_both_ways(std::round(value * 100) / 100, FloatWidth::twice);
  }
  for (const double edge : {1e-3, 1e7, 0.0, -0.0, 123.0, 9'999'999.0}) {
    for (const double towards : {-1e300, 1e300}) {
      check_both_ways(edge, FloatWidth::twice);
      check_both_ways(std::nextafter(edge, towards), FloatWidth::twice);
      check_both_ways(-std::nextafter(edge, towards), FloatWidth::twice);
      const auto small = static_cast<float>(edge);
      check_both_ways(small, FloatWidth::single);
      check_both_ways(std::nextafter(small, static_cast<float>(towards / 1e270)),
                      FloatWidth::single);
    }
  }
}

TEST_CASE("what is no number is a string") {
  CHECK(twice("NaN") == "\"NaN\"");
  CHECK(twice("-Infinity") == "\"-Infinity\"");
  CHECK(of(NAN) == "\"NaN\"");
  CHECK(of(-INFINITY) == "\"-Infinity\"");
  CHECK(of(12345.6789) == "12345.6789");
}

TEST_CASE("decimals become the nearest double") {
  CHECK(to_double("12345.60") == 12345.6);
  CHECK(to_double("-1e400") == -INFINITY);
  CHECK(to_double("1" + std::string(400, '0')) == INFINITY);
  CHECK(to_double("0." + std::string(400, '0') + "1") == 0.0);
  CHECK(to_double("Infinity") == INFINITY);
  CHECK(to_double("-Infinity") == -INFINITY);
  CHECK(std::isnan(to_double("NaN")));
}

TEST_CASE("a number has no more digits than tell it from its neighbours") {
  CHECK(of(-12345678901234567890.5) == "-1.2345678901234567E19");
  CHECK(of(9007199254740993.0) == "9.007199254740992E15");
  CHECK(of(1e21) == "1.0E21");
}
