#include "tools/cdc-check/values/moment.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

std::int64_t micros(std::string_view text) {
  const auto moment = parse_moment(text);
  CHECK_MESSAGE(moment.has_value(), text);
  return moment ? static_cast<std::int64_t>(*moment / 1000) : -1;
}

std::int64_t seconds(std::string_view number, Unit unit) {
  return static_cast<std::int64_t>(*moment_of(*parse_decimal(number), unit) / kSecond);
}

}  // namespace

TEST_CASE("one instant in every form that events write") {
  for (const char* text : {"2026-03-01T20:57:01Z",
                           "2026-03-01 20:57:01",
                           "2026-03-01T20:57:01",
                           "2026-03-01T20:57:01.000000Z",
                           "2026-03-01 20:57:01+00",
                           "2026-03-01T20:57:01+00:00",
                           "2026-03-01T22:57:01+02:00",
                           "2026-03-01 22:57:01+0200",
                           "2026-03-01T15:27:01-05:30",
                           "2026-03-01 20:57:01.000+00:00:00",
                           "2026-03-01t20:57:01z"})
    CHECK_MESSAGE(micros(text) == 1772398621000000, text);
  CHECK(micros("2026-03-01") == 1772323200000000);
  CHECK(micros("2026-03-01T00:00:00.123456789Z") == 1772323200123456);
  CHECK(micros("2026-03-01T24:00:00Z") == 1772409600000000);
}

TEST_CASE("parts of a second, and zones of many forms") {
  CHECK(*parse_moment("2026-03-01T20:57:01.5") - *parse_moment("2026-03-01T20:57:01") ==
        kSecond / 2);
  CHECK(*parse_moment("2026-03-01T20:57:01.123456789") ==
        *parse_moment("2026-03-01T20:57:01.1234567891"));
  CHECK(*parse_moment("2026-03-01T20:57:01.000000001Z") ==
        *parse_moment("2026-03-01 20:57:01") + 1);
  CHECK(*parse_moment("2026-03-01T00:30:00+01") == *parse_moment("2026-02-28T23:30:00Z"));
  CHECK(*parse_moment("2026-03-01T00:30:00-01:30") == *parse_moment("2026-03-01 02:00:00"));
  CHECK(*parse_moment("2026-12-31T23:59:60Z") == *parse_moment("2027-01-01"));
  CHECK(*parse_moment("0000-01-01T00:00:00Z") == *parse_moment("0001-01-01 00:00:00 BC"));
}

TEST_CASE("beyond the years of four digits") {
  CHECK(micros("1970-01-01") == 0);
  CHECK(*parse_moment("0044-03-15 BC") < *parse_moment("0001-01-01"));
  CHECK(*parse_moment("0044-03-15 12:00:00+00 BC") > *parse_moment("0044-03-15 BC"));
  CHECK(*parse_moment("0001-01-01") - *parse_moment("0001-12-31 BC") == kDay);
  CHECK(*parse_moment("294276-12-31 23:59:59") > *parse_moment("9999-12-31"));
  CHECK(*parse_moment("+12026-01-01T00:00:00Z") > *parse_moment("9999-12-31"));
  CHECK(*parse_moment("infinity") > *parse_moment("294276-12-31"));
  CHECK(*parse_moment("-infinity") < *parse_moment("4713-01-01 BC"));
}

TEST_CASE("what is no time") {
  for (const char* text : {"",
                           "2026",
                           "2026-3-1",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-00-10",
                           "26-01-01",
                           "2026-03-01T",
                           "2026-03-01T25:00:00",
                           "2026-03-01T10:60:00",
                           "2026-03-01X",
                           "2026-03-01T10:00:00.",
                           "2026-03-01T10:00:00+",
                           "2026-03-01T10:00:00+99:00",
                           "2026-03-01T10:00:00+19",
                           "2026-03-01T10:00:00+0a:00",
                           "2026-03-01T10:00:00+01:60",
                           "2026-03-01T10:00:00+01:",
                           "2026-03-01T10:00:00*01:00",
                           "2026-03-01T10:00:00.1x",
                           "2026-03-01T10:00:6",
                           "2026-03-01T10:00:61",
                           "2026-03-01T10:0x:00",
                           "2026-02-30T10:00:00Z",
                           "2026-03-0xT10:00:00Z",
                           "2026-03-01 BCE",
                           "hello",
                           "2026-03-01T10:00:00Zjunk",
                           "12:00:00"})
    CHECK_MESSAGE(!parse_moment(text), text);
  CHECK(parse_moment("2024-02-29"));
}

TEST_CASE("times of day") {
  CHECK(*parse_time_of_day("00:00:01") == kSecond);
  CHECK(*parse_time_of_day("10:00:00+02:00") == 8 * 3600 * kSecond);
  CHECK(*parse_time_of_day("01:00:00+02:00") == 23 * 3600 * kSecond);
  CHECK(*parse_time_of_day("20:57:01.5Z") > *parse_time_of_day("20:57:01"));
  CHECK_FALSE(parse_time_of_day("2026-03-01"));
  CHECK_FALSE(parse_time_of_day("1:00:00"));
}

TEST_CASE("numbers count what their unit says, or what their size allows") {
  CHECK(seconds("20513", Unit::days) == 1772323200);
  CHECK(seconds("1772323200", Unit::seconds) == 1772323200);
  CHECK(seconds("1772323200000", Unit::milliseconds) == 1772323200);
  CHECK(seconds("1772323200000000", Unit::microseconds) == 1772323200);
  CHECK(seconds("1772323200000000000", Unit::nanoseconds) == 1772323200);
  for (const char* text :
       {"20513", "1772323200", "1772323200000", "1772323200000000", "1772323200000000000"})
    CHECK_MESSAGE(seconds(text, Unit::guess) == 1772323200, text);
  CHECK(seconds("-86400", Unit::seconds) == -86400);
  CHECK_FALSE(moment_of(*parse_decimal("1e40"), Unit::seconds));
  CHECK(*moment_of(*parse_decimal("0.5"), Unit::seconds) == kSecond / 2);
  CHECK(parse_unit("ms") == Unit::milliseconds);
  CHECK_FALSE(parse_unit("hours"));
}
