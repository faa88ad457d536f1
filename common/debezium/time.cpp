#include "common/debezium/time.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cdckit::debezium {
namespace {

constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kFirstDay = -2'440'588;    // 4714-11-24 BC
constexpr std::int64_t kLastDay = 2'145'031'948;  // 5874897-12-31
constexpr std::int64_t kMonth = 2'629'800;        // seconds of 30.4375 days

// Streamed, in snapshots, and as walcat writes them.
constexpr std::array<std::int64_t, 3> kLatest{2'146'033'979, -622'191'234, 2'147'483'647};
constexpr std::array<std::int64_t, 4> kEarliest{
    -2'147'472'691, -625'821'272, -2'147'472'692, -2'147'483'648};

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

struct Day {
  std::int64_t year = 0;  // with a year 0
  std::int64_t month = 0;
  std::int64_t day = 0;
};

Day day_of(std::int64_t days) noexcept {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  const std::int64_t month = shifted + (shifted < 10 ? 3 : -9);
  return {.year = year + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = of_year - (153 * shifted + 2) / 5 + 1};
}

// True when the year is one before Christ: the text needs its mark behind it.
bool append_year(std::string& out, std::int64_t year) {
  append_padded(out, year > 0 ? year : 1 - year, 4);
  return year <= 0;
}

bool append_day(std::string& out, std::int64_t days) {
  const Day day = day_of(days);
  const bool before_christ = append_year(out, day.year);
  out += '-';
  append_padded(out, day.month, 2);
  out += '-';
  append_padded(out, day.day, 2);
  return before_christ;
}

void append_clock(std::string& out, std::int64_t micros) {
  append_padded(out, micros / kMicro / 3600, 2);
  out += ':';
  append_padded(out, micros / kMicro / 60 % 60, 2);
  out += ':';
  append_padded(out, micros / kMicro % 60, 2);
  if (micros % kMicro == 0) return;
  out += '.';
  append_padded(out, micros % kMicro, 6);
}

// As the server prints an interval (intervalstyle postgres): a sign where one differs from the
// part before it.
void append_interval(std::string& out, std::int64_t months, std::int64_t days, std::int64_t clock) {
  const std::size_t start = out.size();
  bool negative = false;
  const auto append_part = [&](std::int64_t value, const char* unit) {
    if (value == 0) return;
    if (out.size() > start) out += ' ';
    if (negative && value > 0) out += '+';
    out += std::to_string(value);
    out += unit;
    if (value != 1) out += 's';
    negative = value < 0;
  };
  append_part(months / 12, " year");
  append_part(months % 12, " mon");
  append_part(days, " day");
  if (clock == 0 && out.size() > start) return;
  if (out.size() > start) out += ' ';
  if (clock < 0) {
    out += '-';
  } else if (negative) {
    out += '+';
  }
  append_clock(out, clock < 0 ? -clock : clock);
  const bool has_fraction = clock % kMicro != 0;
  while (has_fraction && out.back() == '0') out.pop_back();
}

// Whole microseconds, rounded down; false when they do not fit.
bool to_micros(std::int64_t units, std::int64_t per_second, std::int64_t& micros) noexcept {
  if (per_second > kMicro) {
    const std::int64_t divisor = per_second / kMicro;
    micros = units / divisor - (units % divisor < 0 ? 1 : 0);
    return true;
  }
  return !__builtin_mul_overflow(units, kMicro / per_second, &micros);
}

bool append_infinite(std::string& out, std::int64_t units) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  // As microseconds and as milliseconds; the second ones are the JDBC driver's.
  for (const std::int64_t late :
       {kMost, std::int64_t{9223372036825200000}, kMost / 1000, std::int64_t{9223372036825200}}) {
    if (units == late) return out.append("infinity"), true;
  }
  for (const std::int64_t early : {kLeast,
                                   std::int64_t{-9223372036832400000},
                                   kLeast / 1000,
                                   std::int64_t{-9223372036832400}}) {
    if (units == early) return out.append("-infinity"), true;
  }
  return false;
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool append_date(std::string& out, std::int64_t days) {
  const auto is_one_of = [&](const auto& known) {
    return std::find(known.begin(), known.end(), days) != known.end();
  };
  if (is_one_of(kLatest)) return out.append("infinity"), true;
  if (is_one_of(kEarliest)) return out.append("-infinity"), true;
  if (days < kFirstDay || days > kLastDay) return false;
  if (append_day(out, days)) out += " BC";
  return true;
}

bool append_time(std::string& out, std::int64_t units, std::int64_t per_second) {
  if (units < 0 || units / per_second > kSecondsOfDay) return false;
  std::int64_t micros = 0;
  if (!to_micros(units, per_second, micros) || micros > kSecondsOfDay * kMicro) return false;
  append_clock(out, micros);
  return true;
}

bool append_timestamp(std::string& out, std::int64_t units, std::int64_t per_second) {
  if (append_infinite(out, units)) return true;
  const std::int64_t per_day = kSecondsOfDay * per_second;
  const std::int64_t days = units / per_day - (units % per_day < 0 ? 1 : 0);
  if (days < kFirstDay || days > kLastDay) return false;
  std::int64_t micros = 0;
  if (!to_micros(units - days * per_day, per_second, micros)) return false;
  const bool before_christ = append_day(out, days);
  out += ' ';
  append_clock(out, micros);
  if (before_christ) out += " BC";
  return true;
}

bool append_iso(std::string& out, std::string_view text, bool zoned) {
  if (text.ends_with("infinity")) return out.append(text), true;
  if (!zoned && text.ends_with('Z')) text.remove_suffix(1);
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t end = text.find('-');
  // A time has no year; what PostgreSQL would not have sent either is left to it.
  if (end == std::string_view::npos || text.find(':') < end) return out.append(text), true;
  const std::string_view digits = text.substr(0, end);
  if (!is_digits(digits) || digits.size() > 9) return false;
  std::int64_t year = 0;
  for (const char digit : digits) year = year * 10 + (digit - '0');
  // The two ends of Java's calendar stand for the two infinities.
  constexpr std::int64_t kEnd = 292'269'055;
  if (year >= kEnd) return out.append(minus || year == kEnd ? "-infinity" : "infinity"), true;
  const bool before_christ = append_year(out, minus ? -year : year);
  out += text.substr(end);
  if (before_christ) out += " BC";
  return true;
}

void append_duration(std::string& out, std::int64_t units, std::int64_t per_second) {
  std::int64_t micros = 0;
  to_micros(units, per_second, micros);  // both units fit
  constexpr std::int64_t kDay = kSecondsOfDay * kMicro;
  std::int64_t months = micros / (kMonth * kMicro);
  std::int64_t rest = micros % (kMonth * kMicro);
  if (micros % kDay == 0 && rest % kDay != 0) {
    months = 0;
    rest = micros;
  }
  append_interval(out, months, rest / kDay, rest % kDay);
}

}  // namespace cdckit::debezium
