#include "tools/cdc-check/values/decimal.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cdckit::cdc_check {
namespace {

constexpr std::int64_t kFarthest = 1'000'000'000'000;  // beyond it an exponent makes no difference
constexpr int kFast = 18;                              // digits that 64 bits surely hold

constexpr auto kPowers = [] {
  std::array<Digits, kMostDigits + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

bool is_digit(char c) noexcept {
  return static_cast<unsigned char>(c - '0') < 10;
}

// What the digits of a text come to.
struct Mantissa {
  void take(char c) noexcept {
    const auto digit = static_cast<unsigned>(c - '0');
    any = true;
    if (point) ++fraction;
    if (digit != 0) {
      last_fraction = fraction;
      zeros = 0;
    } else if (!point) {
      ++zeros;
    }
    if (count >= kMostDigits) {
      more = more || digit != 0;
      if (!point) ++dropped;
      return;
    }
    if (point) ++kept_fraction;
    if (count == 0 && digit == 0) return;
    if (count < kFast) {
      small = small * 10 + digit;
    } else {
      large = (count == kFast ? Digits{small} : large) * 10 + digit;
    }
    ++count;
  }
  [[nodiscard]] Digits digits() const noexcept { return count > kFast ? large : Digits{small}; }
  // Of the last digit that is not zero, before the exponent.
  [[nodiscard]] std::int64_t lowest() const noexcept {
    return last_fraction > 0 ? -last_fraction : zeros;
  }

  std::uint64_t small = 0;
  Digits large = 0;
  std::int64_t fraction = 0;       // digits behind the point
  std::int64_t kept_fraction = 0;  // those of them that are in `digits`
  std::int64_t last_fraction = 0;  // place of the last of them that is not zero
  std::int64_t zeros = 0;          // at the end of the whole part
  std::int64_t dropped = 0;        // of the whole part
  int count = 0;
  bool any = false;
  bool point = false;
  bool more = false;
};

constexpr auto kSmallPowers = [] {
  std::array<std::uint64_t, kFast + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// What most numbers are: few digits, perhaps a point, no exponent. False: look closer.
bool parse_short(const char* at, const char* end, Decimal& value) noexcept {
  if (end - at > kFast + 1 || at == end) return false;
  const char* const begin = at;
  const char* point = nullptr;
  std::uint64_t sum = 0;
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned char>(*at - '0');
    if (digit < 10) {
      sum = sum * 10 + digit;
    } else if (*at == '.' && point == nullptr) {
      point = at;
    } else {
      return false;
    }
  }
  const auto digits = end - begin - (point == nullptr ? 0 : 1);
  if (digits == 0 || digits > kFast) return false;
  if (sum == 0) {
    value = Decimal{};
    return true;
  }
  value.digits = sum;
  value.exponent = point == nullptr ? 0 : -(end - point - 1);
  value.lowest = value.exponent;
  for (const char* last = end - 1; *last == '0' || *last == '.'; --last)
    value.lowest += *last == '0' ? 1 : 0;
  value.count = static_cast<int>(digits);
  while (sum < kSmallPowers[static_cast<std::size_t>(value.count - 1)]) --value.count;
  return true;
}

std::optional<std::int64_t> parse_exponent(const char* at, const char* end) noexcept {
  bool negative = false;
  if (at != end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  if (at == end) return std::nullopt;
  std::int64_t value = 0;
  for (; at != end; ++at) {
    if (!is_digit(*at)) return std::nullopt;
    value = std::min(value * 10 + (*at - '0'), kFarthest);
  }
  return negative ? -value : value;
}

std::strong_ordering by_size(const Decimal& left, const Decimal& right) noexcept {
  if (left.exponent == right.exponent && left.digits != right.digits)
    return left.digits <=> right.digits;
  const std::int64_t highest = left.count + left.exponent;
  if (const auto order = highest <=> (right.count + right.exponent); order != 0) return order;
  const Digits one = left.digits * power_of_ten(kMostDigits - left.count);
  const Digits other = right.digits * power_of_ten(kMostDigits - right.count);
  if (one != other) return one <=> other;
  return static_cast<int>(left.more) <=> static_cast<int>(right.more);
}

}  // namespace

Digits power_of_ten(int exponent) noexcept {
  return kPowers[static_cast<std::size_t>(exponent)];
}

int count_digits(Digits digits) noexcept {
  return static_cast<int>(std::upper_bound(kPowers.begin(), kPowers.end(), digits) -
                          kPowers.begin());
}

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  Decimal value;
  if (at != end && (*at == '-' || *at == '+')) value.negative = *at++ == '-';
  if (parse_short(at, end, value)) return value;
  Mantissa mantissa;
  for (; at != end; ++at) {
    if (is_digit(*at)) {
      mantissa.take(*at);
    } else if (*at == '.' && !mantissa.point) {
      mantissa.point = true;
    } else {
      break;
    }
  }
  if (!mantissa.any) return std::nullopt;
  std::int64_t exponent = 0;
  if (at != end) {
    if (*at != 'e' && *at != 'E') return std::nullopt;
    const auto parsed = parse_exponent(at + 1, end);
    if (!parsed) return std::nullopt;
    exponent = *parsed;
  }
  if (mantissa.count == 0) return Decimal{};
  value.digits = mantissa.digits();
  value.count = mantissa.count;
  value.more = mantissa.more;
  value.exponent = exponent + mantissa.dropped - mantissa.kept_fraction;
  value.lowest = exponent + mantissa.lowest();
  return value;
}

Decimal decimal_of(std::int64_t number) noexcept {
  Decimal value;
  value.negative = number < 0;
  value.digits = number < 0 ? Digits{0} - static_cast<Digits>(number) : static_cast<Digits>(number);
  value.count = value.digits == 0 ? 0 : count_digits(value.digits);
  return value;
}

std::strong_ordering compare(const Decimal& left, const Decimal& right) noexcept {
  if (left.is_zero() || right.is_zero() || left.negative != right.negative) {
    const auto sign = [](const Decimal& value) {
      return value.is_zero() ? 0 : value.negative ? -1 : 1;
    };
    return sign(left) <=> sign(right);
  }
  return left.negative ? by_size(right, left) : by_size(left, right);
}

std::optional<std::int64_t> whole_part(const Decimal& value) noexcept {
  if (value.is_zero() || value.count + value.exponent <= 0) return 0;
  if (value.count + value.exponent > kFast + 1) return std::nullopt;
  const Digits whole = value.exponent >= 0
                           ? value.digits * power_of_ten(static_cast<int>(value.exponent))
                           : value.digits / power_of_ten(static_cast<int>(-value.exponent));
  if (whole > static_cast<Digits>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto number = static_cast<std::int64_t>(whole);
  return value.negative ? -number : number;
}

std::string to_text(const Decimal& value) {
  if (value.is_zero()) return "0";
  std::string text;
  for (Digits rest = value.digits; rest != 0; rest /= 10)
    text.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  std::reverse(text.begin(), text.end());
  std::int64_t exponent = value.exponent;
  while (exponent < 0 && text.size() > 1 && text.back() == '0') {
    text.pop_back();
    ++exponent;
  }
  const auto size = static_cast<std::int64_t>(text.size());
  if (exponent > 0 && size + exponent <= kMostDigits) {
    text.append(static_cast<std::size_t>(exponent), '0');
  } else if (exponent < 0 && -exponent < size) {
    text.insert(static_cast<std::size_t>(size + exponent), ".");
  } else if (exponent < 0 && -exponent <= kMostDigits) {
    text.insert(0, "0." + std::string(static_cast<std::size_t>(-exponent - size), '0'));
  } else if (exponent != 0) {
    text += 'e' + std::to_string(exponent);
  }
  return (value.negative ? "-" : "") + text;
}

}  // namespace cdckit::cdc_check
