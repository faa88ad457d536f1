#include "common/base/number_text.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace {

template <class T>
std::string expected(T value) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, static_cast<std::size_t>(end - digits)};
}

template <class T>
std::string written(T value) {
  std::string out = "<";
  cdckit::base::append_number(out, value);
  return out.substr(1);
}

template <class T>
void check(T value) {
  CHECK(written(value) == expected(value));
}

}  // namespace

TEST_CASE("whole numbers: every number of digits, its first and its last one") {
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 20; ++digits, power *= 10) {
    for (const std::uint64_t value : {power - 1, power, power + 1, power / 2, power * 7 / 3}) {
      check(value);
      check(static_cast<std::int64_t>(value));
      check(-static_cast<std::int64_t>(value / 2));
      check(static_cast<std::int32_t>(value));
      check(static_cast<std::uint32_t>(value));
    }
  }
}

TEST_CASE("whole numbers: the ends of each type") {
  check(std::numeric_limits<std::uint64_t>::max());
  check(std::numeric_limits<std::int64_t>::max());
  check(std::numeric_limits<std::int64_t>::min());
  check(std::numeric_limits<std::int32_t>::min());
  check(std::numeric_limits<std::uint32_t>::max());
  check(0);
}

TEST_CASE("whole numbers: all below ten thousand, and any others") {
  for (std::uint32_t value = 0; value < 10'000; ++value) {
    REQUIRE(written(value) == expected(value));
    REQUIRE(written(value * 10'000U + 4321U) == expected(value * 10'000U + 4321U));
  }
  std::mt19937_64 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same numbers each time
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (random() % 64U));
    REQUIRE(written(value) == expected(value));
    REQUIRE(written(-value) == expected(-value));
  }
}
