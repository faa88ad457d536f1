// Whole numbers as decimal digits, eight at a time. An event holds a dozen of them (positions,
// times, keys), and std::to_chars counts the digits of each by divisions before it writes the
// first. Pure, inline, no allocation but the string's own.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>

namespace cdckit::base {

// Bytes behind `at` that write_number() may write, more than it takes.
inline constexpr std::size_t kNumberRoom = 24;

namespace number_text {

// The digits of a number below 10^8 as eight bytes of 0 to 9, the first in the lowest byte. Halved
// three times: into numbers of four digits, of two, of one, each half by a multiplication that
// divides exactly in that range.
constexpr std::uint64_t eight_digits(std::uint32_t value) noexcept {
  const std::uint64_t fours = value / 10'000 | std::uint64_t{value % 10'000} << 32U;
  const std::uint64_t hundreds = (fours * 10'486U >> 20U) & 0x0000007F'0000007FU;
  const std::uint64_t twos = hundreds | (fours - hundreds * 100U) << 16U;
  const std::uint64_t tens = (twos * 103U >> 10U) & 0x000F000F'000F000FU;
  return tens | (twos - tens * 10U) << 8U;
}

inline constexpr std::uint64_t kZeros = 0x30303030'30303030U;

inline char* write_all_eight(char* at, std::uint32_t value) noexcept {
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t text = eight_digits(value) | kZeros;
  std::memcpy(at, &text, sizeof text);
  return at + sizeof text;
}

// Without zeros in front.
inline char* write_up_to_eight(char* at, std::uint32_t value) noexcept {
  if (value < 10) {
    *at = static_cast<char>('0' + value);
    return at + 1;
  }
  const std::uint64_t digits = eight_digits(value);
  const auto leading = static_cast<unsigned>(std::countr_zero(digits)) / 8U;
  const std::uint64_t text = (digits | kZeros) >> (leading * 8U);
  std::memcpy(at, &text, sizeof text);
  return at + sizeof text - leading;
}

}  // namespace number_text

// Behind the last digit.
template <std::integral T>
char* write_number(char* at, T value) noexcept {
  constexpr std::uint64_t kEight = 100'000'000;
  auto rest = static_cast<std::uint64_t>(value);
  if constexpr (std::signed_integral<T>) {
    if (value < 0) {
      *at++ = '-';
      rest = 0 - rest;
    }
  }
  if (rest < kEight) return number_text::write_up_to_eight(at, static_cast<std::uint32_t>(rest));
  const std::uint64_t front = rest / kEight;
  if (front < kEight) {
    at = number_text::write_up_to_eight(at, static_cast<std::uint32_t>(front));
  } else {
    at = number_text::write_up_to_eight(at, static_cast<std::uint32_t>(front / kEight));
    at = number_text::write_all_eight(at, static_cast<std::uint32_t>(front % kEight));
  }
  return number_text::write_all_eight(at, static_cast<std::uint32_t>(rest % kEight));
}

template <std::integral T>
void append_number(std::string& out, T value) {
  std::array<char, kNumberRoom> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): written
  const char* end = write_number(digits.data(), value);
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace cdckit::base
