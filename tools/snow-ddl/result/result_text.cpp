#include "tools/snow-ddl/result/result_text.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kMostDays = 20'000'000;  // far beyond the year 9999, within chrono's range

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// JSON's own grammar: what does not fit it (NaN, inf, .5) becomes text.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t integer = std::min(text.find_first_of(".eE"), text.size());
  const std::string_view head = text.substr(0, integer);
  if (!is_digits(head) || (head.size() > 1 && head.front() == '0')) return false;
  text.remove_prefix(integer);
  if (text.starts_with('.')) {
    const std::size_t end = std::min(text.find_first_of("eE"), text.size());
    if (!is_digits(text.substr(1, end - 1))) return false;
    text.remove_prefix(end);
  }
  if (text.empty()) return true;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return is_digits(text);
}

// White space between tokens goes: the service prints semi-structured values over several lines.
void append_compact(std::string& out, std::string_view json) {
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!quoted && std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    out += c;
    if (quoted && c == '\\' && i + 1 < json.size()) out += json[++i];
    if (c == '"') quoted = !quoted;
  }
}

std::string date_text(std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

struct Instant {
  std::int64_t seconds = 0;
  std::string fraction{};  // ".123", without zeros at the end; may be empty
};

// Seconds with up to nine decimals, also before 1970.
std::optional<Instant> parse_instant(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::string digits(dot < text.size() ? text.substr(dot + 1) : std::string_view());
  const auto whole = base::parse_signed(text.substr(0, dot));
  if (!whole || *whole > kMostDays * kDaySeconds || digits.size() > 9 ||
      (dot < text.size() && !is_digits(digits)))
    return {};
  digits.resize(9, '0');
  auto nanoseconds = static_cast<std::int64_t>(base::parse_unsigned(digits).value_or(0));
  Instant instant{*whole};
  if (negative) {
    instant.seconds = -instant.seconds - (nanoseconds > 0 ? 1 : 0);
    if (nanoseconds > 0) nanoseconds = 1'000'000'000 - nanoseconds;
  }
  if (nanoseconds > 0) {
    instant.fraction = fmt::format(".{:09}", nanoseconds);
    instant.fraction.erase(instant.fraction.find_last_not_of('0') + 1);
  }
  return instant;
}

std::string clock_text(std::int64_t second_of_day) {
  return fmt::format(
      "{:02}:{:02}:{:02}", second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
}

void append_instant(std::string& out, const Instant& instant, std::string_view suffix) {
  std::int64_t day = instant.seconds / kDaySeconds;
  std::int64_t second = instant.seconds % kDaySeconds;
  if (second < 0) {
    second += kDaySeconds;
    --day;
  }
  fmt::format_to(std::back_inserter(out),
                 "{}T{}{}{}",
                 date_text(day),
                 clock_text(second),
                 instant.fraction,
                 suffix);
}

bool append_date(std::string& out, std::string_view text) {
  const auto days = base::parse_signed(text);
  if (!days || *days > kMostDays || *days < -kMostDays) return false;
  out += date_text(*days);
  return true;
}

bool append_time(std::string& out, std::string_view text) {
  const auto instant = parse_instant(text);
  if (!instant || instant->seconds < 0 || instant->seconds >= kDaySeconds) return false;
  out += clock_text(instant->seconds) + instant->fraction;
  return true;
}

// "<seconds> <minutes + 1440>": local time and its distance from UTC.
bool append_zoned(std::string& out, std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return append_timestamp(out, text, "Z");
  const auto shifted = base::parse_signed(text.substr(space + 1));
  auto instant = parse_instant(text.substr(0, space));
  if (!shifted || !instant || *shifted < 0 || *shifted > 2880) return false;
  const std::int64_t minutes = *shifted - 1440;
  instant->seconds += minutes * 60;
  const std::int64_t distance = minutes < 0 ? -minutes : minutes;
  append_instant(
      out,
      *instant,
      fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', distance / 60, distance % 60));
  return true;
}

// False for types that have no text of their own, or values that are formatted already.
bool append_moment(std::string& out, const std::string& type, std::string_view text) {
  if (type == "date") return append_date(out, text);
  if (type == "time") return append_time(out, text);
  if (type == "timestamp_ntz") return append_timestamp(out, text, "");
  if (type == "timestamp_ltz") return append_timestamp(out, text, "Z");
  return type == "timestamp_tz" && append_zoned(out, text);
}

}  // namespace

bool append_timestamp(std::string& out, std::string_view seconds, std::string_view suffix) {
  const auto instant = parse_instant(seconds);
  if (!instant) return false;
  append_instant(out, *instant, suffix);
  return true;
}

void ResultText::append_value(std::string& out,
                              const snow::ResultColumn& column,
                              const snow::Cell& cell) {
  if (!cell) {
    out += "null";
    return;
  }
  const std::string& type = column.type;
  if ((type == "fixed" || type == "real") && is_json_number(*cell)) {
    out += *cell;
    return;
  }
  if (type == "boolean" && (base::to_lower(*cell) == "true" || base::to_lower(*cell) == "false")) {
    out += base::to_lower(*cell);
    return;
  }
  const bool nested = type == "variant" || type == "object" || type == "array";
  if (nested && validator_.check_value(*cell, false) == nullptr) {
    append_compact(out, *cell);
    return;
  }
  std::string text;
  ndjson::append_string(out, append_moment(text, type, *cell) ? text : *cell);
}

void ResultText::append_row(std::string& out,
                            const snow::StatementResult& result,
                            std::size_t row) {
  out += '{';
  const snow::ResultRow& cells = result.rows.at(row);
  for (std::size_t i = 0; i < cells.size() && i < result.columns.size(); ++i) {
    if (i > 0) out += ',';
    ndjson::append_string(out, result.columns[i].name);
    out += ':';
    append_value(out, result.columns[i], cells[i]);
  }
  out += '}';
}

std::uint64_t row_count(const snow::StatementResult& result) {
  const std::uint64_t touched = result.inserted + result.updated + result.deleted;
  if (touched > 0 || result.columns.empty()) return touched;
  const std::string first = base::to_lower(result.columns.front().name);
  const bool is_report =
      first.starts_with("number of ") || (first == "status" && result.columns.size() == 1);
  return is_report ? 0 : result.rows.size();
}

}  // namespace cdckit::snow_ddl
