// Equality of short texts, names above all, without a call: most are of eight bytes or a few more.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cdckit::cdc_check {

template <class Word>
bool same_word(const char* one, const char* other) noexcept {
  Word left{};
  Word right{};
  std::memcpy(&left, one, sizeof left);
  std::memcpy(&right, other, sizeof right);
  return left == right;
}

[[gnu::always_inline]] inline bool same_bytes(std::string_view one,
                                              std::string_view other) noexcept {
  const std::size_t size = one.size();
  if (size != other.size()) return false;
  const char* left = one.data();
  const char* right = other.data();
  if (size >= 8) {
    // the last eight may have been looked at already
    const char* const last = left + (size - 8);
    for (; left < last; left += 8, right += 8) {
      if (!same_word<std::uint64_t>(left, right)) return false;
    }
    return same_word<std::uint64_t>(last, other.data() + (size - 8));
  }
  if (size >= 4)
    return same_word<std::uint32_t>(left, right) &&
           same_word<std::uint32_t>(left + (size - 4), right + (size - 4));
  for (std::size_t i = 0; i < size; ++i) {
    if (left[i] != right[i]) return false;
  }
  return true;
}

}  // namespace cdckit::cdc_check
