#include "tools/walcat/debezium/java_calendar.hpp"

#include "common/base/calendar.hpp"

namespace cdckit::walcat {
namespace {

constexpr Date kFirstGregorian{.year = 1582, .month = 10, .day = 15};
constexpr Date kLastJulian{.year = 1582, .month = 10, .day = 4};
constexpr std::int64_t kJulianDayOf1970 = 2'440'588;

bool is_before(const Date& left, const Date& right) noexcept {
  if (left.year != right.year) return left.year < right.year;
  return left.month != right.month ? left.month < right.month : left.day < right.day;
}

// Years from -4800 on, more than the server has.
std::int64_t julian_days_of(const Date& date) noexcept {
  const std::int64_t shift = date.month <= 2 ? 1 : 0;
  const std::int64_t year = date.year + 4800 - shift;
  const std::int64_t month = date.month + 12 * shift - 3;
  const std::int64_t julian_day = date.day + (153 * month + 2) / 5 + 365 * year + year / 4 - 32'083;
  return julian_day - kJulianDayOf1970;
}

}  // namespace

bool is_left_out(const Date& date) noexcept {
  return is_before(kLastJulian, date) && is_before(date, kFirstGregorian);
}

std::optional<Date> through_sql_date(const Date& date) noexcept {
  Date out = date;
  if (date.before_christ) out.year = 1 - date.year;
  if (is_left_out(out)) out.day += 10;
  if (out.month == 2 && out.day == 29 && !base::is_leap_year(out.year)) return std::nullopt;
  return out;
}

std::int64_t hybrid_days_of(const Date& date) noexcept {
  return is_before(date, kFirstGregorian) ? julian_days_of(date) : days_of(date);
}

}  // namespace cdckit::walcat
