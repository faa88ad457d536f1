#include "tools/walcat/debezium/java_calendar.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {
std::string through(const char* text) {
  const auto date = through_sql_date(parse_date(text));
  std::string out;
  if (!date) return "none";
  append_iso_date(out, *date);
  return out;
}
std::string hybrid(const char* text) {
  std::string out;
  append_iso_date(out, date_of(hybrid_days_of(parse_date(text))));
  return out;
}
}  // namespace

TEST_CASE("the era is lost, the days that were left out move on") {
  CHECK(through("0044-03-15 BC") == "0044-03-15");
  CHECK(through("2024-02-29") == "2024-02-29");
  CHECK(through("1582-10-04") == "1582-10-04");
  CHECK(through("1582-10-05") == "1582-10-15");
  CHECK(through("1582-10-14") == "1582-10-24");
  CHECK(through("1582-10-15") == "1582-10-15");
  CHECK(through("0005-02-29 BC") == "none");
}

TEST_CASE("Julian before 15 October 1582, Gregorian from then on") {
  CHECK(hybrid("1582-10-15") == "1582-10-15");
  CHECK(hybrid("1582-10-04") == "1582-10-14");
  CHECK(hybrid("1582-10-10") == "1582-10-20");
  CHECK(hybrid("0100-03-01") == "0100-02-28");
  CHECK(hybrid("0200-03-01") == "0200-03-01");
  CHECK(hybrid("4713-01-02 BC") == "-4713-11-25");
}

TEST_CASE("which days were left out") {
  CHECK(!is_left_out(parse_date("1582-10-04")));
  CHECK(is_left_out(parse_date("1582-10-05")));
  CHECK(is_left_out(parse_date("1582-10-14")));
  CHECK(!is_left_out(parse_date("1582-10-15")));
}
