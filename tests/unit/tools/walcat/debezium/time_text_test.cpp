#include "tools/walcat/debezium/time_text.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {
std::string iso(const Date& date) {
  std::string out;
  append_iso_date(out, date);
  return out;
}
std::string iso_time(std::int64_t micros, int digits) {
  std::string out;
  append_iso_time(out, micros, digits);
  return out;
}
}  // namespace

TEST_CASE("days and dates, there and back") {
  CHECK(days_of(parse_date("1970-01-01")) == 0);
  CHECK(days_of(parse_date("2024-02-29")) == 19782);
  CHECK(days_of(parse_date("0044-03-15 BC")) == -735160);
  CHECK(days_of(parse_date("12024-03-15")) == 3672222);
  CHECK(parse_date("infinity").infinite == 1);
  CHECK(parse_date("-infinity").infinite == -1);
  for (std::int64_t days = -800'000; days < 3'000'000; days += 377) {
    CHECK(days_of(date_of(days)) == days);
  }
}

TEST_CASE("dates in ISO 8601 with years of any size") {
  CHECK(iso(parse_date("2024-02-29")) == "2024-02-29");
  CHECK(iso(parse_date("0044-03-15 BC")) == "-0043-03-15");
  CHECK(iso(parse_date("0001-12-31 BC")) == "0000-12-31");
  CHECK(iso(parse_date("12024-03-15")) == "+12024-03-15");
  CHECK(iso(parse_date("0007-03-15")) == "0007-03-15");
}

TEST_CASE("times, their zones and fractions") {
  CHECK(parse_time("13:14:15.123456").micros == 47'655'123'456);
  CHECK(parse_time("24:00:00").micros == kMicrosPerDay);
  CHECK(parse_time("13:14:15.5+02").offset_seconds == 7200);
  CHECK(parse_time("13:14:15-05:30").offset_seconds == -19'800);
  CHECK(parse_time("13:14:15+00:00:30").offset_seconds == 30);
  CHECK(iso_time(47'655'500'000, -1) == "13:14:15.5");
  CHECK(iso_time(47'655'000'000, -1) == "13:14:15");
  CHECK(iso_time(47'655'500'000, 6) == "13:14:15.500000");
  CHECK(iso_time(47'655'500'000, 3) == "13:14:15.500");
  CHECK(iso_time(47'655'000'000, 0) == "13:14:15");
  CHECK(iso_time(47'655'000'001, -1) == "13:14:15.000001");
}

TEST_CASE("timestamps with era and zone") {
  const auto stamp = parse_timestamp("0044-03-15 12:00:00.25+00 BC");
  CHECK(stamp.date.year == -43);
  CHECK(stamp.date.before_christ);
  CHECK(stamp.time.micros == 43'200'250'000);
  CHECK(parse_timestamp("-infinity").date.infinite == -1);
}

TEST_CASE("intervals, each part with a sign of its own") {
  const auto all = parse_interval("1 year 2 mons 3 days 04:05:06.789");
  CHECK(all.months == 14);
  CHECK(all.days == 3);
  CHECK(all.micros == 14'706'789'000);
  const auto mixed = parse_interval("-1 years -2 mons +3 days -04:05:06.7");
  CHECK(mixed.months == -14);
  CHECK(mixed.days == 3);
  CHECK(mixed.micros == -14'706'700'000);
  CHECK(parse_interval("-00:00:00.5").micros == -500'000);
  CHECK(parse_interval("1 mon").months == 1);
  CHECK(parse_interval("00:00:00").micros == 0);
  CHECK(parse_interval("infinity").infinite == 1);
}

TEST_CASE("texts that no server prints are refused") {
  for (const char* text : {"", "2024", "2024-13-01", "2024-02-29x", "a-b-c"})
    CHECK_THROWS_AS(parse_date(text), cdckit::base::Error);
  for (const char* text : {"", "12", "12:00:00x", "12:00:00+"})
    CHECK_THROWS_AS(parse_time(text), cdckit::base::Error);
  for (const char* text : {"2024-01-01", "2024-01-01 10:00:00+02", "2024-01-01T10:00:00"})
    CHECK_THROWS_AS(parse_timestamp(text), cdckit::base::Error);
  for (const char* text : {"1 parsec", "1 year 2", "x"})
    CHECK_THROWS_AS(parse_interval(text), cdckit::base::Error);
}
