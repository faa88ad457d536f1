#include "common/pg/binary/encode_time.hpp"

#include "common/pg/binary/big_endian.hpp"

#include <cstdint>
#include <random>

#include <doctest/doctest.h>

using namespace cdckit::pg;

namespace {

constexpr std::int64_t kAsk = -1;
constexpr std::int64_t kRefused = -2;

std::int64_t value_of(const FieldProblem* problem, const std::string& out) {
  if (problem != nullptr) return problem->ask_server ? kAsk : kRefused;
  std::uint64_t value = 0;
  for (const char c : out.substr(4)) value = (value << 8U) | static_cast<unsigned char>(c);
  return out.size() == 8 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value))
                         : static_cast<std::int64_t>(value);
}

std::int64_t date(std::string_view text) {
  std::string out;
  return value_of(encode_date(text, out), out);
}

std::int64_t time_of(std::string_view text) {
  std::string out;
  return value_of(encode_time(text, out), out);
}

std::int64_t stamp(std::string_view text, bool zone = true) {
  std::string out;
  return value_of(encode_timestamp(text, zone, out), out);
}

constexpr std::int64_t kHour = 3'600'000'000;

}  // namespace

TEST_CASE("dates are days since 2000") {
  CHECK(date("2000-01-01") == 0);
  CHECK(date("2000-03-01") == 60);
  CHECK(date("1970-01-01") == -10957);
  CHECK(date("0001-01-01") == -730119);
  CHECK(date(" 2024-02-29 ") == 8825);
  CHECK(date("infinity") == INT32_MAX);
  CHECK(date("2023-02-29") == kRefused);
  CHECK(date("2023-13-01") == kRefused);
  for (const char* other :
       {"", "today", "20240101", "2024-1-1", "0044-03-15 BC", "2024-01-01x", "1772398621"})
    CHECK(date(other) == kAsk);
}

TEST_CASE("timestamps are microseconds since 2000, zones counted off") {
  CHECK(stamp("2000-01-01T00:00:01Z") == 1'000'000);
  CHECK(stamp("2000-01-01 00:00:00.000001+00") == 1);
  CHECK(stamp("2000-01-01T02:00:00+02:00") == 0);
  CHECK(stamp("2000-01-01T02:30:00+0230") == 0);
  CHECK(stamp("1999-12-31T23:00:00-01") == 0);
  CHECK(stamp("2000-01-01T01:00:00+01", false) == kHour);
  CHECK(stamp("2000-01-01") == 0);
  CHECK(stamp("2000-01-01T01:00") == kHour);
  CHECK(stamp("2000-01-01T24:00:00Z") == 24 * kHour);
  CHECK(stamp("-infinity") == INT64_MIN);
  CHECK(stamp("2000-02-30T00:00:00Z") == kRefused);
  for (const char* other : {"now",
                            "2000-01-01T25:00:00Z",
                            "2000-01-01T00:00:60Z",
                            "2000-01-01T00:00:00 Europe/Zurich",
                            "2000-01-01T00:00:00+99",
                            "4713-01-01 00:00:00 BC"}) {
    CHECK(stamp(other) == kAsk);
  }
}

TEST_CASE("fractions are rounded to microseconds") {
  CHECK(stamp("2000-01-01T00:00:00.5Z") == 500'000);
  CHECK(stamp("2000-01-01T00:00:00.1234564Z") == 123'456);
  CHECK(stamp("2000-01-01T00:00:00.1234567Z") == 123'457);
}

TEST_CASE("times of day") {
  CHECK(time_of("01:00:00.25") == kHour + 250'000);
  CHECK(time_of("24:00") == 24 * kHour);
  CHECK(time_of("1 pm") == kAsk);
  CHECK(time_of("01:00:00+02") == kAsk);
}

TEST_CASE("the usual form takes a way of its own to the same timestamp") {
  std::mt19937 random(5);
  const std::string forms[] = {"2026-03-01T20:57:01+00:00",
                               "1999-12-31 23:59:59.999999",
                               "0001-02-28T00:00:00Z",
                               "2024-02-29T12:30:59.5+00",
                               "2023-02-29T00:00:00.1234567Z"};
  int taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = forms[random() % 5];
    for (auto changes = random() % 3; changes > 0; --changes)
      text[random() % text.size()] = "0123456789-:.TZ+ "[random() % 17];
    for (const bool with_zone : {false, true}) {
      std::string usual;
      std::string other;
      CAPTURE(text);
      const auto value = value_of(encode_timestamp(text, with_zone, usual), usual);
      // a space in front is none of that form
      REQUIRE(value == value_of(encode_timestamp(" " + text, with_zone, other), other));
      taken += value == kAsk || value == kRefused ? 0 : 1;
    }
  }
  CHECK(taken > 10'000);
}
