// What a column of a row is before anybody looks at its value: one bit each, so that a check knows
// by one test that it holds. Pure.
#pragma once

#include <array>
#include <string_view>

namespace cdckit::cdc_check {

using States = unsigned;

inline constexpr States kMissing = 1;
inline constexpr States kNull = 2;
inline constexpr States kUnavailable = 4;  // what stands for a value that did not change
inline constexpr States kBoolean = 8;
inline constexpr States kNumber = 16;
inline constexpr States kString = 32;
inline constexpr States kArray = 64;
inline constexpr States kObject = 128;
inline constexpr States kValue = kBoolean | kNumber | kString | kArray | kObject;

inline constexpr auto kStates = [] {
  std::array<States, 256> states{};
  states.fill(kNumber);
  states['n'] = kNull;
  states['t'] = states['f'] = kBoolean;
  states['"'] = kString;
  states['['] = kArray;
  states['{'] = kObject;
  return states;
}();

// `token`: a JSON value; empty: it is not there. What is unavailable is not told here.
inline States state_of(std::string_view token) noexcept {
  return token.empty() ? kMissing : kStates[static_cast<unsigned char>(token.front())];
}

}  // namespace cdckit::cdc_check
