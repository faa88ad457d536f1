// Where a number lies beside one or two bounds, by 64 bits where both are short, as most are: no
// decimal is made of it. What is not decided here is for Decimal. Pure, throws nothing.
#pragma once

#include "tools/cdc-check/values/decimal.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

namespace cdckit::cdc_check {

class SmallRange {
 public:
  enum class Place : std::uint8_t { unknown, below, inside, above };

  SmallRange() = default;  // knows nothing
  // Null: no bound on that side. Both belong to what is inside.
  SmallRange(const Decimal* least, const Decimal* most) noexcept;

  // `token`: a JSON value of any kind.
  [[nodiscard]] [[gnu::always_inline]] Place place_of(std::string_view token) const noexcept {
    Around around;
    if (!known_ || !parse(token, around)) return Place::unknown;
    if (around.below < least_) return Place::below;
    return around.above > most_ ? Place::above : Place::inside;
  }

 private:
  static constexpr int kDigits = 18;  // that 64 bits surely hold

  // The whole numbers around a number times 10^places_, the same where it is one.
  struct Around {
    std::int64_t below = 0;
    std::int64_t above = 0;
  };
  bool parse(std::string_view token, Around& around) const noexcept;

  bool known_ = false;
  int places_ = 0;  // behind the point, of the bounds
  std::int64_t least_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t most_ = std::numeric_limits<std::int64_t>::max();
};

// Digits, perhaps with a sign and a point; anything else, and what is too long, is looked at
// closer.
inline bool SmallRange::parse(std::string_view token, Around& around) const noexcept {
  const char* at = token.data();
  const char* const end = at + token.size();
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  if (at == end || end - at > kDigits - places_) return false;
  const char* const begin = at;
  std::int64_t sum = 0;
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned char>(*at - '0');
    if (digit > 9) break;
    sum = sum * 10 + digit;
  }
  int missing = places_;
  bool more = false;
  if (at != end) {
    if (*at != '.' || at == begin || at + 1 == end) return false;
    for (++at; at != end; ++at) {
      const auto digit = static_cast<unsigned char>(*at - '0');
      if (digit > 9) return false;
      if (missing > 0) {
        sum = sum * 10 + digit;
        --missing;
      } else {
        more = more || digit != 0;
      }
    }
  }
  for (; missing > 0; --missing) sum *= 10;
  around.below = negative ? -sum - (more ? 1 : 0) : sum;
  around.above = negative ? -sum : sum + (more ? 1 : 0);
  return true;
}

}  // namespace cdckit::cdc_check
