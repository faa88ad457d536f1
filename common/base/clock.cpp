#include "common/base/clock.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <sys/random.h>

#include <fmt/format.h>

namespace cdckit::base {

namespace {

template <class Unit>
std::int64_t since_epoch() noexcept {
  return std::chrono::duration_cast<Unit>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Year 9999, as in RFC 3339.
constexpr std::int64_t kLastSecond = 253'402'300'799;

std::uint64_t random_bits() {
  std::uint64_t value = 0;
  if (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) {
    throw system_error(ErrorKind::io, "could not read random bytes", errno);
  }
  return value;
}

// Writes the number so that its last digit stands before `end`, over zeros.
void put_digits(std::string& out, std::size_t end, std::uint64_t value) noexcept {
  for (; value > 0; value /= 10) out[--end] = static_cast<char>('0' + value % 10);
}

// Takes exactly `count` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const auto value = parse_unsigned(text.substr(0, count));
  if (!value) return std::nullopt;
  text.remove_prefix(count);
  return static_cast<int>(*value);
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

// Microseconds of `.123456...`; digits beyond the sixth are cut.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t micros = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

std::optional<std::int64_t> take_zone_minutes(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool negative = !text.empty() && text.front() == '-';
  if (!negative && (text.empty() || text.front() != '+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours) return std::nullopt;
  const bool colon = take(text, ':');
  const auto minutes = text.empty() && !colon ? std::optional<int>(0) : take_number(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t total = std::int64_t{*hours} * 60 + *minutes;
  return negative ? -total : total;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace

std::int64_t unix_nanoseconds() noexcept {
  return since_epoch<std::chrono::nanoseconds>();
}
std::int64_t unix_microseconds() noexcept {
  return since_epoch<std::chrono::microseconds>();
}
std::int64_t unix_milliseconds() noexcept {
  return since_epoch<std::chrono::milliseconds>();
}

std::string format_utc(std::int64_t unix_microseconds) {
  using std::chrono::days;
  using std::chrono::microseconds;
  const std::chrono::sys_time<microseconds> time{microseconds(unix_microseconds)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<microseconds> clock(time - day);
  const auto year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
                       year,
                       static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()),
                       clock.hours().count(),
                       clock.minutes().count(),
                       clock.seconds().count(),
                       clock.subseconds().count());
  }
  std::string out = "0000-00-00T00:00:00.000000Z";
  put_digits(out, 4, static_cast<std::uint64_t>(year));
  put_digits(out, 7, static_cast<unsigned>(date.month()));
  put_digits(out, 10, static_cast<unsigned>(date.day()));
  put_digits(out, 13, static_cast<std::uint64_t>(clock.hours().count()));
  put_digits(out, 16, static_cast<std::uint64_t>(clock.minutes().count()));
  put_digits(out, 19, static_cast<std::uint64_t>(clock.seconds().count()));
  put_digits(out, 26, static_cast<std::uint64_t>(clock.subseconds().count()));
  return out;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  if (!text.empty() && text.front() == '@') {
    const auto seconds = parse_signed(text.substr(1));
    if (!seconds || *seconds > kLastSecond || *seconds < -kLastSecond) return std::nullopt;
    return *seconds * 1'000'000;
  }
  const auto day = take_date(text);
  if (!day || (!take(text, 'T') && !take(text, ' '))) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 24 || *minute > 59 || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (*hour == 24 && (*minute > 0 || *second > 0 || fraction != 0)) return std::nullopt;
  const auto zone = take_zone_minutes(text);
  if (!fraction || !zone || !text.empty()) return std::nullopt;
  const std::int64_t days = day->time_since_epoch().count();
  const std::int64_t seconds =
      days * 86'400 + std::int64_t{*hour} * 3600 + (*minute - *zone) * 60 + *second;
  return seconds * 1'000'000 + *fraction;
}

std::string random_id() {
  return to_lower(hex16(random_bits()));
}

std::string random_uuid() {
  const std::uint64_t high = (random_bits() & 0xFFFFFFFFFFFF0FFFU) | 0x4000U;
  const std::uint64_t low = (random_bits() & 0x3FFFFFFFFFFFFFFFU) | 0x8000000000000000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                     high >> 32U,
                     high >> 16U & 0xFFFFU,
                     high & 0xFFFFU,
                     low >> 48U,
                     low & 0xFFFFFFFFFFFFU);
}

}  // namespace cdckit::base
