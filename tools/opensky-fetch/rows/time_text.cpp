#include "tools/opensky-fetch/rows/time_text.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

std::string date_text(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return fmt::format("{:04}-{:02}-{:02}T",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

void append_two(std::string& out, std::int64_t value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As nearly every instant comes: 1533114000.
bool digits_alone(std::string_view token, std::int64_t& seconds) {
  if (token.empty() || token.size() > 12) return false;
  for (const char c : token) {
    if (c < '0' || c > '9') return false;
    seconds = seconds * 10 + (c - '0');
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> unix_seconds(std::string_view token) {
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (token.empty() || error != std::errc() || end != token.data() + token.size()) return {};
  const bool fits = value >= 0 && value < static_cast<double>(TimeText::kEnd);  // a NaN does not
  if (!fits) return {};
  return static_cast<std::int64_t>(value);
}

bool TimeText::append(std::string& out, std::string_view token) {
  std::int64_t whole_seconds = 0;
  if (digits_alone(token, whole_seconds) && whole_seconds < kEnd) {
    append_whole(out, token, whole_seconds);
    return true;
  }
  return append_other(out, token);
}

void TimeText::append_whole(std::string& out, std::string_view token, std::int64_t seconds) {
  if (format_ == TimeFormat::unix) {
    out += token;
    return;
  }
  out += '"';
  append_iso(out, seconds);
  out += "Z\"";
}

bool TimeText::append_other(std::string& out, std::string_view token) {
  if (token == "null") {
    out += token;
    return true;
  }
  std::string plain;
  if (token.find_first_of("eE") != std::string_view::npos) {
    // 1.567193459E9, as a server in Java prints a double
    const auto whole = unix_seconds(token);
    if (!whole) return false;
    plain = std::to_string(*whole);
    token = plain;
  }
  const std::size_t dot = std::min(token.find('.'), token.size());
  const std::string_view fraction = token.substr(dot);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + dot, seconds);
  if (error != std::errc() || end != token.data() + dot || seconds < 0 || seconds >= kEnd)
    return false;
  if (!fraction.empty() && !all_digits(fraction.substr(1))) return false;
  if (format_ == TimeFormat::unix) {
    out += token;
    return true;
  }
  out += '"';
  append_iso(out, seconds);
  if (fraction.find_first_not_of(".0") != std::string_view::npos) out += fraction;
  out += "Z\"";
  return true;
}

void TimeText::append_iso(std::string& out, std::int64_t seconds) {
  const std::int64_t day = seconds / kDaySeconds;
  if (day != day_) {
    date_ = date_text(day);
    day_ = day;
  }
  const std::int64_t rest = seconds % kDaySeconds;
  out += date_;
  append_two(out, rest / 3600);
  out += ':';
  append_two(out, rest / 60 % 60);
  out += ':';
  append_two(out, rest % 60);
}

std::string iso_text(std::int64_t seconds) {
  std::string out;
  TimeText(TimeFormat::iso).append_iso(out, seconds);
  return out + "Z";
}

}  // namespace cdckit::opensky_fetch
