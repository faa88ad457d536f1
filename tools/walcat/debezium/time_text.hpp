// Reads dates, times and intervals from the server's text (ISO, UTC, interval style postgres) and
// prints them as java.time does. Text that the server would not print throws protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::walcat {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// -1 and 1: the infinities, whose other members say nothing.
struct Date {
  int infinite = 0;
  bool before_christ = false;
  std::int64_t year = 1970;  // proleptic: 1 BC is 0
  unsigned month = 1;
  unsigned day = 1;
};

struct TimeOfDay {
  std::int64_t micros = 0;          // 24:00:00 is a value
  std::int32_t offset_seconds = 0;  // east of Greenwich; timetz
};

struct Timestamp {
  Date date;
  TimeOfDay time;
};

struct Interval {
  int infinite = 0;
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t micros = 0;
};

Date parse_date(std::string_view text);
TimeOfDay parse_time(std::string_view text);
// With or without a zone, which is UTC.
Timestamp parse_timestamp(std::string_view text);
Interval parse_interval(std::string_view text);

// Days since 1970-01-01 and back.
std::int64_t days_of(const Date& date) noexcept;
Date date_of(std::int64_t days) noexcept;

// `2024-02-29`, `-0043-03-15`, `+12024-03-15`
void append_iso_date(std::string& out, const Date& date);
// `13:14:15` and the fraction: as many digits as asked for, -1: as many as it takes.
void append_iso_time(std::string& out, std::int64_t micros, int fraction_digits);

}  // namespace cdckit::walcat
