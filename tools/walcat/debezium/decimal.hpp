// Exact decimals as Connect carries them: the unscaled number as big-endian two's complement of the
// fewest bytes, in base64. Any number of digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::walcat {

// A decimal in plain notation taken apart; no copy of the digits is made.
struct Decimal {
  bool negative = false;
  std::string_view whole;     // digits before the point
  std::string_view fraction;  // behind it
};
// False for NaN and the infinities.
bool parse_decimal(std::string_view text, Decimal& decimal) noexcept;
// Without the zeros that end the fraction.
Decimal stripped(Decimal decimal) noexcept;

// Base64 of `decimal` x 10^scale; without quotes. Digits beyond the scale are cut off: the server
// has rounded already.
void append_unscaled(std::string& out, const Decimal& decimal, std::int32_t scale);

}  // namespace cdckit::walcat
