#include "tools/snow-put/rows/moment_encoder.hpp"

#include <algorithm>

namespace cdckit::snow_put {
namespace {

using snow::TypeFamily;

constexpr std::size_t kYearDigits = 4;
constexpr std::size_t kDateLength = 10;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// What stands behind the date, or the whole text of a time: `20:57:01.123456 +02:00`.
struct Clock {
  std::string_view time;    // without fraction
  std::string_view digits;  // behind the second
  std::string_view offset;  // from UTC; empty: not said
};

Clock clock_of(std::string_view text) noexcept {
  Clock out;
  std::size_t at = 0;
  while (at < text.size() && (is_digit(text[at]) || text[at] == ':')) ++at;
  out.time = text.substr(0, at);
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    const std::size_t first = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    out.digits = text.substr(first, at - first);
  }
  while (at < text.size() && text[at] == ' ') ++at;
  out.offset = text.substr(at);
  return out;
}

bool is_utc(std::string_view offset) noexcept {
  if (offset == "Z" || offset == "z" || offset == "UTC" || offset == "GMT") return true;
  return !offset.empty() && std::all_of(offset.begin(), offset.end(), [](char c) {
    return c == '+' || c == '-' || c == ':' || c == '0';
  });
}

bool only_zeros(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0' || c == ':'; });
}

const char* lost_digits(const snow::ColumnType& type, std::string_view digits) noexcept {
  const auto most = static_cast<std::size_t>(type.scale);
  while (digits.size() > most && digits.back() == '0') digits.remove_suffix(1);
  if (digits.size() <= most) return nullptr;
  return "it has more digits behind the second than the column, which would cut them off";
}

const char* append_time(std::string& out,
                        const snow::ColumnType& type,
                        std::string_view token,
                        std::string_view text) {
  if (!is_digit(text.front())) return "it is no time";
  if (text.starts_with("24")) return "Snowflake's day ends before 24:00:00";
  const Clock clock = clock_of(text);
  if (!clock.offset.empty() && (clock.offset.front() == '+' || clock.offset.front() == '-'))
    return "it has an offset from UTC, which the column would drop";
  if (const char* reason = lost_digits(type, clock.digits)) return reason;
  out += token;
  return nullptr;
}

// Of 2026-03-01T20:57:01 the time.
std::string_view behind_date(std::string_view text) noexcept {
  const auto parts = [](char c) { return c == 'T' || c == ' ' || c == 't'; };
  if (text.size() > kDateLength && parts(text[kDateLength])) return text.substr(kDateLength + 1);
  const auto* const at = std::find_if(text.begin(), text.end(), parts);
  return at == text.end() ? std::string_view() : std::string_view(at + 1, text.end());
}

// A date, then perhaps `T` or a blank and a time.
const char* append_date(std::string& out,
                        const snow::ColumnType& type,
                        std::string_view token,
                        std::string_view text) {
  if (!is_digit(text.front())) return "it is no date that Snowflake has";
  const std::size_t year = text.find('-');
  if (text.ends_with("BC") || year != kYearDigits)
    return "its year is beyond Snowflake's (1 to 9999)";
  const std::string_view rest = behind_date(text);
  const Clock clock = clock_of(rest);
  if (type.family == TypeFamily::date) {
    if (!only_zeros(clock.time) || !only_zeros(clock.digits))
      return "it has a time of day, which the column would drop";
    out += token;
    return nullptr;
  }
  if (const char* reason = lost_digits(type, clock.digits)) return reason;
  if (type.family == TypeFamily::timestamp) {
    if (!clock.offset.empty() && !is_utc(clock.offset))
      return "it has an offset from UTC, which the column would drop";
    out += token;
    return nullptr;
  }
  if (!clock.offset.empty()) {
    out += token;
    return nullptr;
  }
  // without an offset the session's time zone would say which moment it is
  out.append(1, '"').append(text).append(rest.empty() ? "T00:00:00Z\"" : "Z\"");
  return nullptr;
}

}  // namespace

const char* append_moment(std::string& out, const snow::ColumnType& type, std::string_view token) {
  const bool is_time = type.family == TypeFamily::time;
  if (token.size() < 3 || token.front() != '"')
    return is_time ? "it is no time" : "it is no date that Snowflake has";
  const std::string_view text = token.substr(1, token.size() - 2);
  return is_time ? append_time(out, type, token, text) : append_date(out, type, token, text);
}

}  // namespace cdckit::snow_put
