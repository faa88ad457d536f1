#include "common/pg/binary/encode_time.hpp"

#include "common/base/calendar.hpp"
#include "common/pg/binary/big_endian.hpp"
#include "common/pg/binary/encode_number.hpp"
#include "common/pg/binary/epoch.hpp"

#include <cstdint>
#include <limits>

namespace cdckit::pg {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMaxYear = 294'000;  // both types reach a little further

// Takes pieces off the front of a text; stays failed once something did not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}
  std::int64_t number(std::size_t least, std::size_t most) noexcept {
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (digits < most && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
      ++digits;
    }
    if (digits < least) good_ = false;
    last_digits_ = digits;
    return value;
  }
  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) noexcept { good_ = take(c) && good_; }
  void fail() noexcept { good_ = false; }
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool finished() const noexcept { return good_ && rest_.empty(); }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t last_digits() const noexcept { return last_digits_; }

 private:
  std::string_view rest_;
  std::size_t last_digits_ = 0;
  bool good_ = true;
};

std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
  return base::days_from_civil({.year = year,
                                .month = static_cast<unsigned>(month),
                                .day = static_cast<unsigned>(day)}) -
         kEpochDays;
}

bool day_exists(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
  return month >= 1 && month <= 12 && day >= 1 &&
         day <= base::days_in_month(year, static_cast<unsigned>(month));
}

const FieldProblem* scan_date(Scanner& scanner, std::int64_t& days) noexcept {
  const std::int64_t year = scanner.number(4, 6);
  scanner.expect('-');
  const std::int64_t month = scanner.number(2, 2);
  scanner.expect('-');
  const std::int64_t day = scanner.number(2, 2);
  if (!scanner.good() || year == 0 || year > kMaxYear) return &problems::kAskServer;
  if (!day_exists(year, month, day)) return &problems::kBadDate;
  days = days_of(year, month, day);
  return nullptr;
}

std::int64_t scan_fraction(Scanner& scanner) noexcept {
  std::int64_t fraction = scanner.number(1, 6);
  for (std::size_t digits = scanner.last_digits(); digits < 6; ++digits) fraction *= 10;
  const std::int64_t next = scanner.number(0, 1);
  if (scanner.last_digits() == 1) {
    // The server rounds the rest half to even of a double; only an exact half could differ.
    scanner.number(0, 12);
    if (next >= 5) ++fraction;
  }
  return fraction;
}

const FieldProblem* scan_time(Scanner& scanner, std::int64_t& microseconds) noexcept {
  const std::int64_t hour = scanner.number(2, 2);
  scanner.expect(':');
  const std::int64_t minute = scanner.number(2, 2);
  std::int64_t second = 0;
  std::int64_t fraction = 0;
  if (scanner.take(':')) {
    second = scanner.number(2, 2);
    if (scanner.take('.')) fraction = scan_fraction(scanner);
  }
  if (!scanner.good()) return &problems::kAskServer;
  microseconds = (hour * 3600 + minute * 60 + second) * kSecond + fraction;
  const bool plain = hour < 24 && minute < 60 && second < 60;
  return plain || microseconds == kDayMicroseconds ? nullptr : &problems::kAskServer;
}

// Z, +hh, +hh:mm, +hhmm; nothing is UTC.
std::int64_t scan_zone(Scanner& scanner) noexcept {
  if (scanner.take('Z') || scanner.take('z') || scanner.at_end()) return 0;
  const bool west = scanner.take('-');
  if (!west) scanner.expect('+');
  const std::int64_t hours = scanner.number(2, 2);
  std::int64_t minutes = 0;
  if (scanner.take(':') || !scanner.at_end()) minutes = scanner.number(2, 2);
  if (hours > 15 || minutes > 59) scanner.fail();
  const std::int64_t offset = (hours * 60 + minutes) * 60 * kSecond;
  return west ? -offset : offset;
}

// Two digits at each of these places, anything else makes `bad` true.
std::int64_t pair_at(const char* at, bool& bad) noexcept {
  const auto tens = static_cast<unsigned char>(at[0] - '0');
  const auto ones = static_cast<unsigned char>(at[1] - '0');
  bad = bad || tens > 9 || ones > 9;
  return tens * 10 + ones;
}

// 2026-03-01T20:57:01, the form that nearly all timestamps begin with. False: look again, slowly.
bool usual_seconds(std::string_view text, std::int64_t& microseconds) noexcept {
  if (text.size() < 19) return false;
  const char* at = text.data();
  bool bad = at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') || at[13] != ':' ||
             at[16] != ':';
  const std::int64_t year = pair_at(at, bad) * 100 + pair_at(at + 2, bad);
  const std::int64_t month = pair_at(at + 5, bad);
  const std::int64_t day = pair_at(at + 8, bad);
  const std::int64_t hour = pair_at(at + 11, bad);
  const std::int64_t minute = pair_at(at + 14, bad);
  const std::int64_t second = pair_at(at + 17, bad);
  if (bad || year == 0 || hour > 23 || minute > 59 || second > 59) return false;
  if (month == 0 || month > 12 || day == 0 || (day > 28 && !day_exists(year, month, day)))
    return false;
  microseconds =
      days_of(year, month, day) * kDayMicroseconds + (hour * 3600 + minute * 60 + second) * kSecond;
  return true;
}

// Behind it: up to six digits of a second, then nothing, Z or +00:00 and +00, UTC all of them.
bool usual_timestamp(std::string_view text, std::int64_t& microseconds) noexcept {
  if (!usual_seconds(text, microseconds)) return false;
  text.remove_prefix(19);
  if (text.starts_with('.')) {
    std::int64_t unit = kSecond;
    std::size_t count = 1;
    for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
      unit /= 10;
      microseconds += (text[count] - '0') * unit;
    }
    if (count == 1 || count > 7) return false;
    text.remove_prefix(count);
  }
  return text.empty() || text == "Z" || text == "+00:00" || text == "+00";
}

template <class Integer>
bool append_infinity(std::string_view text, std::string& out) {
  if (text != "infinity" && text != "-infinity") return false;
  const bool past = text.front() == '-';
  append_integer_field(
      out, past ? std::numeric_limits<Integer>::min() : std::numeric_limits<Integer>::max());
  return true;
}

}  // namespace

const FieldProblem* encode_date(std::string_view text, std::string& out) {
  text = strip_spaces(text);
  if (append_infinity<std::int32_t>(text, out)) return nullptr;
  Scanner scanner(text);
  std::int64_t days = 0;
  if (const FieldProblem* problem = scan_date(scanner, days)) return problem;
  if (!scanner.finished()) return &problems::kAskServer;
  append_integer_field(out, static_cast<std::int32_t>(days));
  return nullptr;
}

const FieldProblem* encode_time(std::string_view text, std::string& out) {
  Scanner scanner(strip_spaces(text));
  std::int64_t microseconds = 0;
  if (const FieldProblem* problem = scan_time(scanner, microseconds)) return problem;
  if (!scanner.finished()) return &problems::kAskServer;
  append_integer_field(out, microseconds);
  return nullptr;
}

const FieldProblem* encode_timestamp(std::string_view text, bool with_zone, std::string& out) {
  std::int64_t usual = 0;
  if (usual_timestamp(text, usual)) {
    append_integer_field(out, usual);
    return nullptr;
  }
  text = strip_spaces(text);
  if (append_infinity<std::int64_t>(text, out)) return nullptr;
  Scanner scanner(text);
  std::int64_t days = 0;
  if (const FieldProblem* problem = scan_date(scanner, days)) return problem;
  std::int64_t microseconds = 0;
  std::int64_t zone = 0;
  if (!scanner.at_end()) {
    if (!scanner.take('T') && !scanner.take('t')) scanner.expect(' ');
    if (const FieldProblem* problem = scan_time(scanner, microseconds)) return problem;
    zone = scan_zone(scanner);
  }
  if (!scanner.finished()) return &problems::kAskServer;
  append_integer_field(out, days * kDayMicroseconds + microseconds - (with_zone ? zone : 0));
  return nullptr;
}

}  // namespace cdckit::pg
