#include "tools/cdc-check/values/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::cdc_check {
namespace {

// 256 bits: the product of two numbers of 38 digits, or one shifted by as many places.
struct Wide {
  Digits high = 0;
  Digits low = 0;

  [[nodiscard]] bool is_zero() const noexcept { return high == 0 && low == 0; }
  auto operator<=>(const Wide&) const = default;
};

constexpr unsigned kHalf = 64;

Wide product(Digits left, Digits right) noexcept {
  const auto low_of = [](Digits value) { return Digits{static_cast<std::uint64_t>(value)}; };
  const Digits a = left >> kHalf, b = low_of(left), c = right >> kHalf, d = low_of(right);
  const Digits bd = b * d;
  const Digits ad = a * d;
  const Digits bc = b * c;
  const Digits middle = (bd >> kHalf) + low_of(ad) + low_of(bc);
  return {a * c + (ad >> kHalf) + (bc >> kHalf) + (middle >> kHalf),
          (middle << kHalf) | low_of(bd)};
}

Wide sum(const Wide& left, const Wide& right) noexcept {
  Wide out{left.high + right.high, left.low + right.low};
  if (out.low < left.low) ++out.high;
  return out;
}

Wide difference(const Wide& left, const Wide& right) noexcept {
  return {left.high - right.high - (left.low < right.low ? 1U : 0U), left.low - right.low};
}

Wide times_ten(const Wide& value) noexcept {
  const auto shifted = [&](unsigned bits) {
    return Wide{value.high << bits | value.low >> (128U - bits), value.low << bits};
  };
  return sum(shifted(3), shifted(1));
}

// Divides in place, returns the remainder.
std::uint64_t divide_by(Wide& value, std::uint64_t divisor) noexcept {
  std::array<std::uint64_t, 4> parts{static_cast<std::uint64_t>(value.high >> kHalf),
                                     static_cast<std::uint64_t>(value.high),
                                     static_cast<std::uint64_t>(value.low >> kHalf),
                                     static_cast<std::uint64_t>(value.low)};
  Digits rest = 0;
  for (std::uint64_t& part : parts) {
    const Digits here = (rest << kHalf) | part;
    part = static_cast<std::uint64_t>(here / divisor);
    rest = here % divisor;
  }
  value = {Digits{parts[0]} << kHalf | parts[1], Digits{parts[2]} << kHalf | parts[3]};
  return static_cast<std::uint64_t>(rest);
}

struct Quotient {
  Wide value;
  bool exact = true;
};

Quotient long_division(Wide value, Digits divisor) noexcept {
  Quotient out;
  Wide rest;
  for (int bit = 0; bit < 256; ++bit) {
    rest.high = rest.high << 1U | rest.low >> 127U;
    rest.low = rest.low << 1U | value.high >> 127U;
    value.high = value.high << 1U | value.low >> 127U;
    value.low <<= 1U;
    out.value.high = out.value.high << 1U | out.value.low >> 127U;
    out.value.low <<= 1U;
    if (rest >= Wide{0, divisor}) {
      rest = difference(rest, {0, divisor});
      out.value.low |= 1U;
    }
  }
  out.exact = rest.is_zero();
  return out;
}

bool is_longer(const Wide& value) noexcept {
  return value.high != 0 || value.low >= power_of_ten(kMostDigits - 1) * 10;
}

// `more`: something below the last digit was cut off already.
Decimal rounded(Wide value, std::int64_t exponent, bool negative, bool more) noexcept {
  std::uint64_t last = 0;
  bool cut = false;
  bool sticky = more;
  while (is_longer(value)) {
    sticky = sticky || last != 0;
    last = divide_by(value, 10);
    cut = true;
    ++exponent;
  }
  Decimal out;
  out.digits = value.low;
  const bool odd = static_cast<std::uint64_t>(out.digits) % 2 == 1;
  if (cut && (last > 5 || (last == 5 && (sticky || odd)))) ++out.digits;
  if (out.digits == 0) return Decimal{};
  out.negative = negative;
  out.exponent = exponent;
  out.count = count_digits(out.digits);
  if (out.count > kMostDigits) {
    out.digits /= 10;
    --out.count;
    ++out.exponent;
  }
  while (out.digits % 10 == 0) {  // so that the next operation has room
    out.digits /= 10;
    --out.count;
    ++out.exponent;
  }
  out.lowest = out.exponent;
  return out;
}

// With as many digits as it can have.
Decimal widened(Decimal value) noexcept {
  value.digits *= power_of_ten(kMostDigits - value.count);
  value.exponent -= kMostDigits - value.count;
  value.count = kMostDigits;
  return value;
}

Decimal combine(Decimal upper, Decimal lower) noexcept {
  if (upper.exponent < lower.exponent) std::swap(upper, lower);
  if (upper.exponent - lower.exponent > kMostDigits) upper = widened(upper);
  const std::int64_t distance = upper.exponent - lower.exponent;
  if (distance > kMostDigits) {
    // The lower one lies below all digits that are kept: it only decides how they are rounded.
    Wide shifted = product(upper.digits, power_of_ten(kMostDigits));
    if (upper.negative != lower.negative) shifted = difference(shifted, {0, 1});
    return rounded(shifted, upper.exponent - kMostDigits, upper.negative, true);
  }
  const Wide other{0, lower.digits};
  const Wide shifted = distance < 0
                           ? Wide{0, upper.digits}
                           : product(upper.digits, power_of_ten(static_cast<int>(distance)));
  if (upper.negative == lower.negative)
    return rounded(sum(shifted, other), lower.exponent, upper.negative, false);
  const bool upper_wins = shifted >= other;
  return rounded(upper_wins ? difference(shifted, other) : difference(other, shifted),
                 lower.exponent,
                 upper_wins ? upper.negative : lower.negative,
                 false);
}

}  // namespace

Decimal negated(Decimal value) noexcept {
  if (!value.is_zero()) value.negative = !value.negative;
  return value;
}

Decimal absolute(Decimal value) noexcept {
  value.negative = false;
  return value;
}

Decimal add(const Decimal& left, const Decimal& right) noexcept {
  if (left.is_zero()) return right;
  if (right.is_zero()) return left;
  return combine(left, right);
}

Decimal subtract(const Decimal& left, const Decimal& right) noexcept {
  return add(left, negated(right));
}

Decimal multiply(const Decimal& left, const Decimal& right) noexcept {
  if (left.is_zero() || right.is_zero()) return Decimal{};
  return rounded(product(left.digits, right.digits),
                 left.exponent + right.exponent,
                 left.negative != right.negative,
                 false);
}

std::optional<Decimal> divide(const Decimal& left, const Decimal& right) noexcept {
  if (right.is_zero()) return std::nullopt;
  if (left.is_zero()) return Decimal{};
  // 39 digits at least, the last of them to round by
  const Decimal upper = widened(left);
  const Wide shifted = times_ten(product(upper.digits, power_of_ten(kMostDigits)));
  const Quotient quotient = long_division(shifted, right.digits);
  return rounded(quotient.value,
                 upper.exponent - kMostDigits - 1 - right.exponent,
                 left.negative != right.negative,
                 !quotient.exact);
}

bool is_multiple(const Decimal& value, const Decimal& step) noexcept {
  if (value.is_zero()) return true;
  if (value.more || step.is_zero()) return false;
  // value / step = (digits / step digits) * 10^distance
  std::int64_t distance = value.exponent - step.exponent;
  Digits rest = value.digits % step.digits;
  if (distance >= 0) {
    // powers of ten modulo a number only lose factors of 2 and 5: 256 of them lose all
    for (std::int64_t i = std::min<std::int64_t>(distance, 256); i > 0 && rest != 0; --i) {
      Wide ten = product(rest, 10);
      const Quotient quotient = long_division(ten, step.digits);
      ten = difference(ten, product(quotient.value.low, step.digits));
      rest = ten.low;
    }
    return rest == 0;
  }
  distance = -distance;
  if (distance > kMostDigits) return false;
  const Wide divisor = product(step.digits, power_of_ten(static_cast<int>(distance)));
  if (divisor > Wide{0, value.digits}) return false;
  return value.digits % divisor.low == 0;
}

}  // namespace cdckit::cdc_check
