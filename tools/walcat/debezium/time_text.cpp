#include "tools/walcat/debezium/time_text.hpp"

#include "common/base/calendar.hpp"
#include "common/base/error.hpp"
#include "tools/walcat/debezium/json_text.hpp"

#include <charconv>

namespace cdckit::walcat {
namespace {

constexpr std::string_view kBeforeChrist = " BC";

class Scanner {
 public:
  Scanner(std::string_view text, const char* what) : rest_(text), text_(text), what_(what) {}

  [[noreturn]] void refuse() const {
    throw base::Error(base::ErrorKind::protocol,
                      "could not read the text of a value: \"" + std::string(text_) +
                          "\" is not a valid " + what_);
  }
  std::int64_t number() {
    std::int64_t value = 0;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (result.ec != std::errc()) refuse();
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    return value;
  }
  bool take(char letter) {
    if (rest_.empty() || rest_.front() != letter) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(char letter) {
    if (!take(letter)) refuse();
  }
  std::string_view word() {
    std::size_t size = 0;
    while (size < rest_.size() && rest_[size] >= 'a' && rest_[size] <= 'z') ++size;
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  // `.5` is 500000
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::int64_t unit = kMicrosPerSecond;
    if (!take('.')) return 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      unit /= 10;
      value += (rest_.front() - '0') * unit;
      rest_.remove_prefix(1);
    }
    return value;
  }
  std::int64_t time() {
    const auto hours = number();
    need(':');
    const auto minutes = number();
    std::int64_t seconds = 0;
    if (take(':')) seconds = number();
    return ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond + fraction();
  }
  Date date() {
    Date date;
    date.year = number();
    need('-');
    date.month = static_cast<unsigned>(number());
    need('-');
    date.day = static_cast<unsigned>(number());
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) refuse();
    return date;
  }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  void end() const {
    if (!rest_.empty()) refuse();
  }

 private:
  std::string_view rest_;
  std::string_view text_;
  const char* what_;
};

// `+02`, `-05:30`, `+00:00:30`
std::int32_t parse_zone(Scanner& scanner) {
  const bool west = scanner.take('-');
  if (!west) scanner.need('+');
  auto seconds = scanner.number() * 3600;
  if (scanner.take(':')) seconds += scanner.number() * 60;
  if (scanner.take(':')) seconds += scanner.number();
  return static_cast<std::int32_t>(west ? -seconds : seconds);
}

int infinity(std::string_view text) noexcept {
  if (text == "infinity") return 1;
  return text == "-infinity" ? -1 : 0;
}

bool take_era(std::string_view& text) noexcept {
  const bool before = text.ends_with(kBeforeChrist);
  if (before) text.remove_suffix(kBeforeChrist.size());
  return before;
}

void set_era(Date& date, bool before) noexcept {
  date.before_christ = before;
  if (before) date.year = 1 - date.year;
}

void append_two(std::string& out, std::int64_t value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

// `1 year 2 mons 3 days`, each with a sign of its own.
void add_part(Interval& interval,
              std::int64_t count,
              std::string_view unit,
              const Scanner& scanner) {
  if (unit.starts_with("year")) {
    interval.months += 12 * count;
  } else if (unit.starts_with("mon")) {
    interval.months += count;
  } else if (unit.starts_with("day")) {
    interval.days += count;
  } else {
    scanner.refuse();
  }
}

}  // namespace

Date parse_date(std::string_view text) {
  if (const int sign = infinity(text)) return {.infinite = sign};
  const bool before = take_era(text);
  Scanner scanner(text, "date");
  Date date = scanner.date();
  scanner.end();
  set_era(date, before);
  return date;
}

TimeOfDay parse_time(std::string_view text) {
  Scanner scanner(text, "time");
  TimeOfDay time{.micros = scanner.time()};
  if (!scanner.rest().empty()) time.offset_seconds = parse_zone(scanner);
  scanner.end();
  return time;
}

Timestamp parse_timestamp(std::string_view text) {
  if (const int sign = infinity(text)) return {.date = {.infinite = sign}, .time = {}};
  const bool before = take_era(text);
  Scanner scanner(text, "timestamp");
  Timestamp stamp;
  stamp.date = scanner.date();
  scanner.need(' ');
  stamp.time.micros = scanner.time();
  if (!scanner.rest().empty() && parse_zone(scanner) != 0) scanner.refuse();
  scanner.end();
  set_era(stamp.date, before);
  return stamp;
}

Interval parse_interval(std::string_view text) {
  if (const int sign = infinity(text)) return {.infinite = sign};
  Interval interval;
  Scanner scanner(text, "interval");
  while (!scanner.rest().empty()) {
    (void)scanner.take(' ');
    if (scanner.rest().find(' ') == std::string_view::npos &&
        scanner.rest().find(':') != std::string_view::npos) {
      const bool negative = scanner.take('-');
      if (!negative) (void)scanner.take('+');
      const auto micros = scanner.time();
      interval.micros = negative ? -micros : micros;
      scanner.end();
      break;
    }
    (void)scanner.take('+');
    const auto count = scanner.number();
    scanner.need(' ');
    add_part(interval, count, scanner.word(), scanner);
  }
  return interval;
}

std::int64_t days_of(const Date& date) noexcept {
  return base::days_from_civil({date.year, date.month, date.day});
}

Date date_of(std::int64_t days) noexcept {
  const base::CivilDate civil = base::civil_from_days(days);
  return {.year = civil.year, .month = civil.month, .day = civil.day};
}

void append_iso_date(std::string& out, const Date& date) {
  const std::int64_t year = date.year < 0 ? -date.year : date.year;
  if (date.year < 0) out += '-';
  if (date.year > 9999) out += '+';
  if (year < 1000) out.append(year < 10 ? 3 : year < 100 ? 2 : 1, '0');
  append_integer(out, year);
  out += '-';
  append_two(out, date.month);
  out += '-';
  append_two(out, date.day);
}

void append_iso_time(std::string& out, std::int64_t micros, int fraction_digits) {
  const std::int64_t seconds = micros / kMicrosPerSecond;
  append_two(out, seconds / 3600);
  out += ':';
  append_two(out, seconds / 60 % 60);
  out += ':';
  append_two(out, seconds % 60);
  std::int64_t fraction = micros % kMicrosPerSecond;
  if (fraction_digits == 0 || (fraction_digits < 0 && fraction == 0)) return;
  out += '.';
  int left = fraction_digits < 0 ? 6 : fraction_digits;
  for (std::int64_t unit = 100'000; left > 0 && unit > 0; --left, unit /= 10) {
    out += static_cast<char>('0' + fraction / unit);
    fraction %= unit;
    if (fraction_digits < 0 && fraction == 0) return;
  }
}

}  // namespace cdckit::walcat
