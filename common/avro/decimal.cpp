#include "common/avro/decimal.hpp"

#include <algorithm>
#include <charconv>

namespace cdckit::avro {
namespace {

constexpr std::size_t kMostDigits = 150'000;
constexpr std::uint64_t kBillion = 1'000'000'000;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// `digits` without sign.
void append_with_point(std::string& out, std::string_view digits, std::int32_t scale) {
  if (scale <= 0) {
    out += digits;
    if (digits != "0") out.append(static_cast<std::size_t>(-scale), '0');
    return;
  }
  const auto behind = static_cast<std::size_t>(scale);
  if (digits.size() <= behind) {
    out += "0.";
    out.append(behind - digits.size(), '0');
    out += digits;
    return;
  }
  out += digits.substr(0, digits.size() - behind);
  out += '.';
  out += digits.substr(digits.size() - behind);
}

}  // namespace

bool DecimalConverter::append_digits(std::string& out,
                                     std::string_view unscaled,
                                     std::int32_t scale) {
  if (unscaled.size() > kMostDecimalBytes || scale > kMostDecimalScale ||
      scale < -kMostDecimalScale)
    return false;
  const bool negative = !unscaled.empty() && (static_cast<unsigned char>(unscaled[0]) & 0x80U) != 0;
  if (negative) out += '-';
  // the magnitude in limbs of 32 bits, the highest first
  limbs_.assign((unscaled.size() + 3) / 4, 0);
  for (std::size_t i = 0; i < unscaled.size(); ++i) {
    const auto byte = static_cast<unsigned char>(unscaled[unscaled.size() - 1 - i]);
    const auto bits = static_cast<unsigned char>(negative ? ~byte : byte);
    limbs_[limbs_.size() - 1 - i / 4] |= static_cast<std::uint32_t>(bits) << (i % 4 * 8);
  }
  if (negative) {
    // the bytes above the highest of the top limb are zero: nothing runs over
    for (std::size_t i = limbs_.size(); i-- > 0;) {
      if (++limbs_[i] != 0) break;
    }
  }
  text_.clear();  // digits, the lowest first
  std::size_t top = 0;
  while (top < limbs_.size() && limbs_[top] == 0) ++top;
  while (top < limbs_.size()) {
    std::uint64_t rest = 0;
    for (std::size_t i = top; i < limbs_.size(); ++i) {
      const std::uint64_t value = rest << 32U | limbs_[i];
      limbs_[i] = static_cast<std::uint32_t>(value / kBillion);
      rest = value % kBillion;
    }
    for (int i = 0; i < 9; ++i, rest /= 10) text_ += static_cast<char>('0' + rest % 10);
    while (top < limbs_.size() && limbs_[top] == 0) ++top;
  }
  while (!text_.empty() && text_.back() == '0') text_.pop_back();
  if (text_.empty()) text_ = "0";
  std::ranges::reverse(text_);
  append_with_point(out, text_, scale);
  return true;
}

// The digits of the unscaled number into text_, the highest first; text_ may begin with '-'.
bool DecimalConverter::take_digits(std::string_view text, std::int32_t scale) {
  text_.clear();
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  if (const auto mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto end = power.data() + power.size();
    const auto parsed = std::from_chars(power.data(), end, exponent);
    if (parsed.ec != std::errc() || parsed.ptr != end) return false;
    if (exponent > kMostDecimalScale || exponent < -kMostDecimalScale) return false;
    text = text.substr(0, mark);
  }
  bool point = false;
  for (const char letter : text) {
    if (letter == '.' && !point) {
      point = true;
    } else if (is_digit(letter)) {
      text_ += letter;
      if (point) --exponent;
    } else {
      return false;
    }
  }
  if (text_.empty()) return false;
  const std::int64_t zeros = exponent + scale;
  if (text_.find_first_not_of('0') == std::string::npos) {
    text_ = "0";
  } else if (zeros >= 0) {
    if (text_.size() + static_cast<std::size_t>(zeros) > kMostDigits) return false;
    text_.append(static_cast<std::size_t>(zeros), '0');
  } else {
    const auto surplus = static_cast<std::size_t>(-zeros);
    const std::size_t kept = text_.size() > surplus ? text_.size() - surplus : 0;
    if (text_.find_first_not_of('0', kept) != std::string::npos) return false;
    text_.resize(kept);
    if (text_.empty()) text_ = "0";
  }
  return text_.size() <= kMostDigits;
}

void DecimalConverter::to_bytes(bool negative) {
  limbs_.clear();  // the lowest first
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t size = (text_.size() - at) % 9 == 0 ? 9 : (text_.size() - at) % 9;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < size; ++i)
      group = group * 10 + static_cast<std::uint32_t>(text_[at + i] - '0');
    at += size;
    std::uint64_t carry = group;
    for (std::uint32_t& limb : limbs_) {
      const std::uint64_t value = limb * kBillion + carry;
      limb = static_cast<std::uint32_t>(value);
      carry = value >> 32U;
    }
    if (carry != 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
  }
  if (negative) {
    bool carry = true;
    for (std::uint32_t& limb : limbs_) {
      limb = ~limb + (carry ? 1U : 0U);
      carry = carry && limb == 0;
    }
  }
  limbs_.push_back(negative ? 0xFFFFFFFFU : 0U);
  bytes_.clear();
  for (std::size_t i = limbs_.size(); i-- > 0;) {
    for (unsigned shift = 32; shift > 0;) {
      shift -= 8;
      bytes_ += static_cast<char>(limbs_[i] >> shift);
    }
  }
  // a byte of nothing but the sign goes
  const char filler = negative ? '\xFF' : '\0';
  std::size_t first = 0;
  while (first + 1 < bytes_.size() && bytes_[first] == filler &&
         ((static_cast<unsigned char>(bytes_[first + 1]) & 0x80U) != 0) == negative)
    ++first;
  bytes_.erase(0, first);
}

std::string_view DecimalConverter::unscaled(std::string_view digits, std::int32_t scale) {
  if (!take_digits(digits, scale)) return {};
  to_bytes(digits.starts_with('-') && text_ != "0");
  return bytes_;
}

}  // namespace cdckit::avro
