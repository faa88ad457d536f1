// 128 bits that stand for a key: two different ones that share them will not be met.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace cdckit::cdc_check {

struct KeyHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const KeyHash&) const = default;
};
KeyHash hash_of(std::string_view bytes) noexcept;

}  // namespace cdckit::cdc_check
