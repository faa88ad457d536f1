#include "tools/cdc-check/values/moment.hpp"

#include "common/base/calendar.hpp"
#include "tools/cdc-check/values/arithmetic.hpp"

#include <array>
#include <utility>

namespace cdckit::cdc_check {
namespace {

constexpr std::array<std::pair<std::string_view, Unit>, 5> kUnits{{{"days", Unit::days},
                                                                   {"s", Unit::seconds},
                                                                   {"ms", Unit::milliseconds},
                                                                   {"us", Unit::microseconds},
                                                                   {"ns", Unit::nanoseconds}}};

class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept
      : at_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
  [[nodiscard]] char next() const noexcept { return at_end() ? '\0' : *at_; }
  bool take(char wanted) noexcept {
    if (at_end() || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view wanted) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < wanted.size() ||
        std::string_view(at_, wanted.size()) != wanted)
      return false;
    at_ += wanted.size();
    return true;
  }
  // `least` to `most` digits; -1 when there are fewer.
  std::int64_t number(int least, int most) noexcept {
    std::int64_t value = 0;
    int digits = 0;
    for (; digits < most && is_digit(); ++digits, ++at_) value = value * 10 + (*at_ - '0');
    return digits < least ? -1 : value;
  }
  [[nodiscard]] bool is_digit() const noexcept {
    return !at_end() && static_cast<unsigned char>(*at_ - '0') < 10;
  }

 private:
  const char* at_;
  const char* end_;
};

// -1: none is there.
Nanoseconds fraction(Scanner& scanner) noexcept {
  if (!scanner.take('.')) return 0;
  if (!scanner.is_digit()) return -1;
  Nanoseconds value = 0;
  int digits = 0;
  for (; scanner.is_digit(); ++digits) {
    const std::int64_t digit = scanner.number(1, 1);
    if (digits < 9) value = value * 10 + digit;
  }
  for (; digits < 9; ++digits) value *= 10;
  return value;
}

std::optional<Nanoseconds> clock_time(Scanner& scanner) noexcept {
  const std::int64_t hours = scanner.number(2, 2);
  if (hours < 0 || hours > 24 || !scanner.take(':')) return std::nullopt;
  const std::int64_t minutes = scanner.number(2, 2);
  std::int64_t seconds = 0;
  Nanoseconds nanos = 0;
  if (scanner.take(':')) {
    seconds = scanner.number(2, 2);
    nanos = fraction(scanner);
  }
  if (minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60 || nanos < 0) return std::nullopt;
  const Nanoseconds value = (hours * 3600 + minutes * 60 + seconds) * kSecond + nanos;
  return value <= kDay + kSecond ? std::optional(value) : std::nullopt;
}

// What is to be taken from the time to have it in UTC. Nothing: no zone, or a bad one (`bad`).
Nanoseconds zone(Scanner& scanner, bool& bad) noexcept {
  if (scanner.take('Z') || scanner.take('z')) return 0;
  const bool negative = scanner.next() == '-';
  if (!negative && scanner.next() != '+') return 0;
  scanner.take(scanner.next());
  const std::int64_t hours = scanner.number(2, 2);
  std::int64_t minutes = 0;
  std::int64_t seconds = 0;
  if (scanner.take(':') || scanner.is_digit()) minutes = scanner.number(2, 2);
  if (scanner.take(':')) seconds = scanner.number(2, 2);
  bad = hours < 0 || hours > 18 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59;
  const Nanoseconds offset = (hours * 3600 + minutes * 60 + seconds) * kSecond;
  return negative ? -offset : offset;
}

std::optional<base::CivilDate> date(Scanner& scanner) noexcept {
  const bool minus = scanner.take('-');
  if (!minus) scanner.take('+');
  const std::int64_t year = scanner.number(4, 9);
  if (year < 0 || !scanner.take('-')) return std::nullopt;
  const std::int64_t month = scanner.number(2, 2);
  if (month < 1 || month > 12 || !scanner.take('-')) return std::nullopt;
  const std::int64_t day = scanner.number(2, 2);
  if (day < 1 || day > 31) return std::nullopt;
  return base::CivilDate{.year = minus ? -year : year,
                         .month = static_cast<unsigned>(month),
                         .day = static_cast<unsigned>(day)};
}

// What almost all texts are: 2026-03-01T20:57:01.123+00:00, of a year from 1 on. Anything else is
// scanned, and what is no time too.
class UsualMoment {
 public:
  static std::optional<Nanoseconds> parse(std::string_view text) noexcept {
    constexpr std::size_t kSeconds = 19;
    if (text.size() < kSeconds || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
      return std::nullopt;
    UsualMoment moment;
    const base::CivilDate date{.year = moment.two(text, 0) * 100 + moment.two(text, 2),
                               .month = static_cast<unsigned>(moment.two(text, 5)),
                               .day = static_cast<unsigned>(moment.two(text, 8))};
    const std::int64_t hours = moment.two(text, 11);
    const std::int64_t minutes = moment.two(text, 14);
    const std::int64_t seconds = moment.two(text, 17);
    if (moment.bad_ || date.year == 0 || date.month == 0 || date.month > 12 || date.day == 0 ||
        date.day > base::days_in_month(date.year, date.month) || hours > 23 || minutes > 59 ||
        seconds > 59)
      return std::nullopt;
    std::size_t at = kSeconds;
    const std::int64_t nanos = moment.fraction(text, at);
    const std::int64_t offset = moment.zone(text, at);
    if (moment.bad_ || at != text.size()) return std::nullopt;
    const std::int64_t in_day = hours * 3600 + minutes * 60 + seconds - offset;
    return Nanoseconds{base::days_from_civil(date) * 86'400 + in_day} * kSecond + nanos;
  }

 private:
  std::int64_t two(std::string_view text, std::size_t at) noexcept {
    const char* const digits = text.data() + at;
    const auto tens = static_cast<unsigned char>(digits[0] - '0');
    const auto ones = static_cast<unsigned char>(digits[1] - '0');
    bad_ |= tens > 9 || ones > 9;
    return tens * 10 + ones;
  }
  std::int64_t fraction(std::string_view text, std::size_t& at) noexcept {
    if (at == text.size() || text[at] != '.') return 0;
    const std::size_t begin = ++at;
    std::int64_t value = 0;
    for (; at < text.size() && static_cast<unsigned char>(text[at] - '0') < 10; ++at)
      value = value * 10 + (text[at] - '0');
    const std::size_t digits = at - begin;
    bad_ = bad_ || digits == 0 || digits > 9;
    for (std::size_t i = digits; i < 9; ++i) value *= 10;
    return value;
  }
  // Seconds to the east.
  std::int64_t zone(std::string_view text, std::size_t& at) noexcept {
    if (at == text.size()) return 0;
    const char sign = text[at++];
    if (sign == 'Z') return 0;
    const bool minutes_too = at + 5 == text.size() && text[at + 2] == ':';
    bad_ = bad_ || (sign != '+' && sign != '-') || (at + 2 != text.size() && !minutes_too);
    if (bad_) return 0;
    const std::int64_t hours = two(text, at);
    const std::int64_t minutes = minutes_too ? two(text, at + 3) : 0;
    at = text.size();
    bad_ = bad_ || hours > 18 || minutes > 59;
    return (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
  }

  bool bad_ = false;
};

}  // namespace

std::optional<Unit> parse_unit(std::string_view word) noexcept {
  for (const auto& [name, unit] : kUnits) {
    if (name == word) return unit;
  }
  return std::nullopt;
}

std::optional<Nanoseconds> parse_moment(std::string_view text) noexcept {
  if (const auto usual = UsualMoment::parse(text)) return usual;
  if (text == "infinity") return kForever;
  if (text == "-infinity") return -kForever;
  Scanner scanner(text);
  auto civil = date(scanner);
  if (!civil) return std::nullopt;
  Nanoseconds in_day = 0;
  if (scanner.take('T') || scanner.take('t') || (scanner.next() == ' ' && !scanner.take(" BC"))) {
    scanner.take(' ');
    const auto time = clock_time(scanner);
    if (!time) return std::nullopt;
    in_day = *time;
  } else if (text.ends_with(" BC")) {
    civil->year = 1 - civil->year;
  }
  bool bad = false;
  scanner.take(scanner.next() == ' ' && !text.ends_with(" BC") ? ' ' : '\0');
  in_day -= zone(scanner, bad);
  if (!scanner.at_end() && scanner.take(" BC")) civil->year = 1 - civil->year;
  if (bad || !scanner.at_end() || civil->day > base::days_in_month(civil->year, civil->month))
    return std::nullopt;
  return Nanoseconds{base::days_from_civil(*civil)} * kDay + in_day;
}

std::optional<Nanoseconds> parse_time_of_day(std::string_view text) noexcept {
  Scanner scanner(text);
  const auto time = clock_time(scanner);
  if (!time) return std::nullopt;
  bool bad = false;
  Nanoseconds value = *time - zone(scanner, bad);
  if (bad || !scanner.at_end()) return std::nullopt;
  if (value < 0) value += kDay;
  return value;
}

std::optional<Nanoseconds> moment_of(const Decimal& number, Unit unit) noexcept {
  constexpr std::int64_t kLargest = 1'000'000'000'000'000'000;
  if (unit == Unit::guess) {
    const auto size = whole_part(absolute(number)).value_or(kLargest);
    unit = Unit::nanoseconds;
    if (size < 200'000'000'000'000'000) unit = Unit::microseconds;
    if (size < 200'000'000'000'000) unit = Unit::milliseconds;
    if (size < 200'000'000'000) unit = Unit::seconds;
    if (size < 200'000) unit = Unit::days;
  }
  constexpr std::array<std::int64_t, 6> kFactors{
      1, 86'400'000'000'000, 1'000'000'000, 1'000'000, 1'000, 1};
  const Decimal nanos = multiply(number, decimal_of(kFactors.at(static_cast<std::size_t>(unit))));
  if (nanos.count + nanos.exponent > 30) return std::nullopt;
  if (nanos.is_zero() || nanos.count + nanos.exponent <= 0) return 0;
  const Digits digits = nanos.exponent >= 0
                            ? nanos.digits * power_of_ten(static_cast<int>(nanos.exponent))
                            : nanos.digits / power_of_ten(static_cast<int>(-nanos.exponent));
  const auto value = static_cast<Nanoseconds>(digits);
  return number.negative ? -value : value;
}

}  // namespace cdckit::cdc_check
