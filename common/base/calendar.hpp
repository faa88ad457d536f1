// The proleptic Gregorian calendar, by Howard Hinnant's chrono-Compatible Low-Level Date
// Algorithms. Years are astronomical: 0 is 1 BC. Pure, any year that fits.
#pragma once

#include <cstdint>

namespace cdckit::base {

struct CivilDate {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  bool operator==(const CivilDate&) const = default;
};

// Days since 1970-01-01. Days beyond the end of the month count on.
std::int64_t days_from_civil(const CivilDate& date) noexcept;
CivilDate civil_from_days(std::int64_t days) noexcept;
bool is_leap_year(std::int64_t year) noexcept;
// Of months 1 to 12.
unsigned days_in_month(std::int64_t year, unsigned month) noexcept;

}  // namespace cdckit::base
