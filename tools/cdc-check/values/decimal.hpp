// A number of JSON exactly as it stands there: 38 digits and an exponent, and whether more digits
// follow. Comparing two of them is exact unless both have more than 38 digits. Pure, throws
// nothing, allocates nothing.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::cdc_check {

__extension__ using Digits = unsigned __int128;

inline constexpr int kMostDigits = 38;

struct Decimal {
  Digits digits = 0;          // the value is digits * 10^exponent
  std::int64_t exponent = 0;  // 0 for zero
  std::int64_t lowest = 0;    // exponent of the last digit that is not zero
  int count = 0;              // of digits; 0 for zero
  bool negative = false;      // never for zero
  bool more = false;          // digits other than zero follow that did not fit

  [[nodiscard]] bool is_zero() const noexcept { return count == 0; }
  [[nodiscard]] bool is_integer() const noexcept { return is_zero() || lowest >= 0; }
};

// Sign, digits with or without a point, exponent; nothing when the whole text is no such number.
std::optional<Decimal> parse_decimal(std::string_view text) noexcept;
Decimal decimal_of(std::int64_t number) noexcept;
std::strong_ordering compare(const Decimal& left, const Decimal& right) noexcept;
inline bool equal(const Decimal& left, const Decimal& right) noexcept {
  return compare(left, right) == 0;
}
// The whole part, cut off; nothing when it does not fit.
std::optional<std::int64_t> whole_part(const Decimal& value) noexcept;
// Plain notation while that is short, else with an exponent.
std::string to_text(const Decimal& value);
Digits power_of_ten(int exponent) noexcept;
int count_digits(Digits digits) noexcept;

}  // namespace cdckit::cdc_check
