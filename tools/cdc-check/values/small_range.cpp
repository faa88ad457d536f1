#include "tools/cdc-check/values/small_range.hpp"

#include <algorithm>
#include <optional>

namespace cdckit::cdc_check {
namespace {

constexpr std::int64_t kMostPlaces = 6;

std::int64_t places_of(const Decimal* bound) noexcept {
  return bound == nullptr || bound->is_integer() ? 0 : -bound->lowest;
}

// The bound times 10^places, which is a whole number.
std::optional<std::int64_t> scaled(Decimal bound, std::int64_t places) noexcept {
  if (bound.is_zero()) return 0;
  bound.exponent += places;
  bound.lowest += places;
  return whole_part(bound);
}

}  // namespace

SmallRange::SmallRange(const Decimal* least, const Decimal* most) noexcept {
  const std::int64_t places = std::max(places_of(least), places_of(most));
  if (places > kMostPlaces) return;
  places_ = static_cast<int>(places);
  if (least != nullptr) {
    const auto bound = scaled(*least, places);
    if (!bound) return;
    least_ = *bound;
  }
  if (most != nullptr) {
    const auto bound = scaled(*most, places);
    if (!bound) return;
    most_ = *bound;
  }
  known_ = true;
}

}  // namespace cdckit::cdc_check
