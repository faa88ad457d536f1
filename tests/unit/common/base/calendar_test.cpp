#include "common/base/calendar.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using base::civil_from_days;
using base::days_from_civil;

TEST_CASE("days that are known") {
  CHECK(days_from_civil({1970, 1, 1}) == 0);
  CHECK(days_from_civil({2000, 1, 1}) == 10'957);
  CHECK(days_from_civil({2024, 2, 29}) == 19'782);
  CHECK(days_from_civil({1969, 12, 31}) == -1);
  CHECK(days_from_civil({0, 2, 29}) == -719'469);
  CHECK(days_from_civil({-4712, 1, 1}) == -2'440'550);
}

TEST_CASE("there and back, each day the one after the other") {
  base::CivilDate before = civil_from_days(-800'001);
  for (std::int64_t day = -800'000; day < 800'000; ++day) {
    const base::CivilDate date = civil_from_days(day);
    REQUIRE(days_from_civil(date) == day);
    const bool next_day = date.day == before.day + 1 && date.month == before.month;
    REQUIRE((next_day || date.day == 1));
    before = date;
  }
}

TEST_CASE("leap years") {
  CHECK(base::is_leap_year(2024));
  CHECK(base::is_leap_year(2000));
  CHECK(base::is_leap_year(0));
  CHECK(base::is_leap_year(-4));
  CHECK_FALSE(base::is_leap_year(1900));
  CHECK_FALSE(base::is_leap_year(2023));
}

TEST_CASE("the last day of a month is before the first of the next") {
  for (std::int64_t year = -5; year < 2101; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      const base::CivilDate last{year, month, base::days_in_month(year, month)};
      REQUIRE(civil_from_days(days_from_civil(last) + 1).day == 1);
      REQUIRE(civil_from_days(days_from_civil(last)) == last);
    }
  }
}
