// What the connector's way through java.sql's classes does to dates: java.util's calendar is
// Julian before 15 October 1582, and java.sql.Date.toLocalDate() forgets the era.
#pragma once

#include "tools/walcat/debezium/time_text.hpp"

#include <cstdint>
#include <optional>

namespace cdckit::walcat {

// A finite date after java.sql.Date: 44 BC is the year 44, the ten days that the Gregorian calendar
// left out move on by ten. Nothing where that year has no such day.
std::optional<Date> through_sql_date(const Date& date) noexcept;
// Whether the date is one of those ten days.
bool is_left_out(const Date& date) noexcept;
// Days since 1970-01-01 of a finite date whose year, month and day are read in that calendar.
std::int64_t hybrid_days_of(const Date& date) noexcept;

}  // namespace cdckit::walcat
