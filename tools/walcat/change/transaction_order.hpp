// The order of transaction numbers, which come again after four thousand million.
#pragma once

#include <cstdint>

namespace cdckit::walcat {

constexpr bool precedes(std::uint32_t one, std::uint32_t other) noexcept {
  return static_cast<std::int32_t>(one - other) < 0;
}

}  // namespace cdckit::walcat
