#include "common/pg/binary/encode_number.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace cdckit::pg {
namespace {

constexpr std::int64_t kMaxDigitsBeforePoint = 131072;
constexpr std::int64_t kMaxScale = 16383;
constexpr std::int64_t kMaxExponent = 200000;  // beyond every number that fits

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool equals_ignoring_case(std::string_view text, std::string_view word) noexcept {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

bool is_prefix_of(std::string_view text, std::string_view word, std::size_t least) noexcept {
  return text.size() >= least && text.size() <= word.size() &&
         equals_ignoring_case(text, word.substr(0, text.size()));
}

// NaN, Infinity, -inf: one special value for each width.
template <class Float>
bool special_float(std::string_view text, Float& value) noexcept {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  } else if (equals_ignoring_case(text, "nan")) {
    value = std::numeric_limits<Float>::quiet_NaN();
    return true;
  }
  if (!equals_ignoring_case(text, "infinity") && !equals_ignoring_case(text, "inf")) return false;
  value =
      negative ? -std::numeric_limits<Float>::infinity() : std::numeric_limits<Float>::infinity();
  return true;
}

// What has few digits and no exponent, as most numbers do: digits and power of ten are exact, so
// that their quotient is the double nearest to the text. False: not of that form.
bool short_decimal(std::string_view text, double& value) noexcept {
  static constexpr double kPowers[] = {
      1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr std::size_t kDigits = 15;  // below 2^53
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > kDigits + 1 || !is_digit(text.front())) return false;
  std::uint64_t digits = 0;
  std::size_t point = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && point == text.size()) {
      point = i;
      continue;
    }
    if (!is_digit(text[i])) return false;
    digits = digits * 10 + static_cast<unsigned char>(text[i] - '0');
  }
  const std::size_t behind = point == text.size() ? 0 : text.size() - point - 1;
  if (text.size() - (point < text.size() ? 1 : 0) > kDigits) return false;
  value = static_cast<double>(digits) / kPowers[behind];
  if (negative) value = -value;
  return true;
}

template <class Float, class Bits>
const FieldProblem* encode_float(std::string_view text, std::string& out) {
  text = strip_spaces(text);
  Float value{};
  if (!special_float(text, value)) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::invalid_argument || end != text.data() + text.size() ||
        !std::isfinite(value)) {
      return &problems::kSyntax;
    }
    if (error != std::errc{}) return &problems::kOutOfRange;
  }
  append_integer_field(out, std::bit_cast<Bits>(value));
  return nullptr;
}

struct Decimal {
  bool negative = false;
  std::string_view whole;     // digits before the point
  std::string_view fraction;  // digits behind it
  std::int64_t exponent = 0;
};

std::string_view take_digits(std::string_view& text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take_exponent(std::string_view& text, std::int64_t& exponent) noexcept {
  if (text.empty() || (text.front() != 'e' && text.front() != 'E')) return true;
  text.remove_prefix(1);
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return false;
  for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kMaxExponent);
  if (negative) exponent = -exponent;
  return true;
}

bool parse_decimal(std::string_view text, Decimal& decimal) noexcept {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  decimal.whole = take_digits(text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    decimal.fraction = take_digits(text);
  }
  if (decimal.whole.empty() && decimal.fraction.empty()) return false;
  return take_exponent(text, decimal.exponent) && text.empty();
}

constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kNan = 0xC000;
constexpr std::uint16_t kPositiveInfinity = 0xD000;
constexpr std::uint16_t kNegativeInfinity = 0xF000;

void append_numeric_head(std::string& out,
                         std::size_t groups,
                         std::int64_t weight,
                         std::uint16_t sign,
                         std::int64_t scale) {
  append_big_endian(out, static_cast<std::int32_t>(8 + groups * 2));
  append_big_endian(out, static_cast<std::int16_t>(groups));
  append_big_endian(out, static_cast<std::int16_t>(weight));
  append_big_endian(out, sign);
  append_big_endian(out, static_cast<std::int16_t>(scale));
}

// Reads the digits of whole and fraction as one row in which the point stands behind `point`
// digits (it may lie outside of them).
class DigitRow {
 public:
  explicit DigitRow(const Decimal& decimal) noexcept : decimal_(decimal) {
    point_ = static_cast<std::int64_t>(decimal.whole.size()) + decimal.exponent;
    end_ = static_cast<std::int64_t>(decimal.whole.size() + decimal.fraction.size());
    while (first_ < end_ && digit(first_) == 0) ++first_;
    last_ = end_;
    while (last_ > first_ && digit(last_ - 1) == 0) --last_;
  }
  [[nodiscard]] bool zero() const noexcept { return first_ == last_; }
  [[nodiscard]] std::int64_t point() const noexcept { return point_; }
  [[nodiscard]] std::int64_t end() const noexcept { return end_; }
  // Digits before the point that are not leading zeros.
  [[nodiscard]] std::int64_t whole_digits() const noexcept { return point_ - first_; }
  // Base-10000 groups have weights: group w holds digits point-4(w+1) .. point-4w.
  [[nodiscard]] std::int64_t first_weight() const noexcept {
    return floor_div(point_ - first_ - 1);
  }
  [[nodiscard]] std::int64_t last_weight() const noexcept { return floor_div(point_ - last_); }
  [[nodiscard]] std::int16_t group(std::int64_t weight) const noexcept {
    const std::int64_t begin = point_ - 4 * (weight + 1);
    int value = 0;
    for (std::int64_t i = begin; i < begin + 4; ++i) value = value * 10 + digit(i);
    return static_cast<std::int16_t>(value);
  }

 private:
  static std::int64_t floor_div(std::int64_t value) noexcept {
    return value >= 0 ? value / 4 : -((-value + 3) / 4);
  }
  [[nodiscard]] int digit(std::int64_t index) const noexcept {
    if (index < 0 || index >= end_) return 0;
    const auto at = static_cast<std::size_t>(index);
    return (at < decimal_.whole.size() ? decimal_.whole[at]
                                       : decimal_.fraction[at - decimal_.whole.size()]) -
           '0';
  }
  const Decimal& decimal_;
  std::int64_t point_ = 0;
  std::int64_t end_ = 0;
  std::int64_t first_ = 0;  // first digit that is not zero
  std::int64_t last_ = 0;   // behind the last one
};

bool encode_special_numeric(std::string_view text, std::string& out) {
  double value = 0;
  if (!special_float(text, value)) return false;
  std::uint16_t sign = kNan;
  if (std::isinf(value)) sign = value > 0 ? kPositiveInfinity : kNegativeInfinity;
  append_numeric_head(out, 0, 0, sign, 0);
  return true;
}

}  // namespace

std::string_view strip_spaces(std::string_view text) noexcept {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

const FieldProblem* encode_boolean(std::string_view text, std::string& out) {
  if (text == "true" || text == "false") {
    append_bytes_field(out, std::string_view(text.size() == 4 ? "\1" : "\0", 1));
    return nullptr;
  }
  text = strip_spaces(text);
  const bool yes = text == "1" || is_prefix_of(text, "true", 1) || is_prefix_of(text, "yes", 1) ||
                   equals_ignoring_case(text, "on");
  const bool no = text == "0" || is_prefix_of(text, "false", 1) || is_prefix_of(text, "no", 1) ||
                  is_prefix_of(text, "off", 2);
  if (!yes && !no) return &problems::kSyntax;
  append_bytes_field(out, std::string_view(yes ? "\1" : "\0", 1));
  return nullptr;
}

const FieldProblem* encode_float4(std::string_view text, std::string& out) {
  return encode_float<float, std::int32_t>(text, out);
}

const FieldProblem* encode_float8(std::string_view text, std::string& out) {
  double value = 0;
  if (short_decimal(text, value)) {
    append_integer_field(out, std::bit_cast<std::int64_t>(value));
    return nullptr;
  }
  return encode_float<double, std::int64_t>(text, out);
}

const FieldProblem* encode_numeric(std::string_view text, std::string& out) {
  text = strip_spaces(text);
  if (encode_special_numeric(text, out)) return nullptr;
  Decimal decimal;
  if (!parse_decimal(text, decimal)) return &problems::kSyntax;
  const DigitRow row(decimal);
  const std::int64_t scale = std::max<std::int64_t>(0, row.end() - row.point());
  if (scale > kMaxScale) return &problems::kOutOfRange;
  if (row.zero()) {
    append_numeric_head(out, 0, 0, 0, scale);
    return nullptr;
  }
  if (row.whole_digits() > kMaxDigitsBeforePoint) return &problems::kOutOfRange;
  const std::int64_t first = row.first_weight();
  const std::int64_t last = row.last_weight();
  append_numeric_head(out,
                      static_cast<std::size_t>(first - last + 1),
                      first,
                      decimal.negative ? kNegative : std::uint16_t{0},
                      scale);
  for (std::int64_t weight = first; weight >= last; --weight)
    append_big_endian(out, row.group(weight));
  return nullptr;
}

}  // namespace cdckit::pg
