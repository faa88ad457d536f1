#include "tools/walcat/debezium/decimal.hpp"

#include "common/base/base64.hpp"
#include "tools/walcat/debezium/json_text.hpp"

#include <algorithm>
#include <vector>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kWordDigits = 18;  // always fit into 63 bits

// The digits of one decimal x 10^scale, one after the other.
class DigitStream {
 public:
  DigitStream(const Decimal& decimal, std::int32_t scale) : decimal_(decimal) {
    const auto total = static_cast<std::int64_t>(decimal.whole.size()) + scale;
    count_ = total > 0 ? static_cast<std::size_t>(total) : 0;
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] unsigned operator[](std::size_t i) const noexcept {
    if (i < decimal_.whole.size()) return digit(decimal_.whole[i]);
    i -= decimal_.whole.size();
    return i < decimal_.fraction.size() ? digit(decimal_.fraction[i]) : 0U;
  }

 private:
  static unsigned digit(char letter) noexcept { return static_cast<unsigned>(letter - '0'); }
  Decimal decimal_;
  std::size_t count_ = 0;
};

// Drops the bytes in front that only repeat the sign.
std::string_view shortest(std::string_view bytes) noexcept {
  while (bytes.size() > 1) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    const bool next_negative = (static_cast<unsigned char>(bytes[1]) & 0x80U) != 0;
    if (first != (next_negative ? 0xFFU : 0U)) break;
    bytes.remove_prefix(1);
  }
  return bytes;
}

void append_word(std::string& out, std::int64_t value) {
  char bytes[8];
  for (std::size_t i = 0; i < 8; ++i)
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
  base::append_base64(out, shortest({bytes, sizeof bytes}));
}

// Little-endian words of 32 bits; kept between calls, so that long numbers cost no allocation each.
void multiply_add(std::vector<std::uint32_t>& words, std::uint32_t factor, std::uint32_t summand) {
  std::uint64_t carry = summand;
  for (auto& word : words) {
    carry += static_cast<std::uint64_t>(word) * factor;
    word = static_cast<std::uint32_t>(carry);
    carry >>= 32U;
  }
  if (carry != 0) words.push_back(static_cast<std::uint32_t>(carry));
}

void append_long(std::string& out, const DigitStream& digits, bool negative) {
  static thread_local std::vector<std::uint32_t> words;
  static thread_local std::string bytes;
  words.clear();
  for (std::size_t at = 0; at < digits.count();) {
    std::uint32_t factor = 1;
    std::uint32_t chunk = 0;
    for (; factor < 1'000'000'000 && at < digits.count(); ++at) {
      factor *= 10;
      chunk = chunk * 10 + digits[at];
    }
    multiply_add(words, factor, chunk);
  }
  words.push_back(0);  // room for the sign
  std::uint64_t carry = 1;
  bytes.clear();
  for (auto word : words) {
    if (negative) {
      carry += static_cast<std::uint32_t>(~word);
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32U;
    }
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift);
  }
  std::reverse(bytes.begin(), bytes.end());
  base::append_base64(out, shortest(bytes));
}

}  // namespace

bool parse_decimal(std::string_view text, Decimal& decimal) noexcept {
  if (text.empty() || text.back() < '0' || text.back() > '9') return false;
  decimal.negative = text.front() == '-';
  if (decimal.negative) text.remove_prefix(1);
  const auto point = text.find('.');
  decimal.whole = text.substr(0, point);
  decimal.fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  return true;
}

Decimal stripped(Decimal decimal) noexcept {
  while (!decimal.fraction.empty() && decimal.fraction.back() == '0')
    decimal.fraction.remove_suffix(1);
  return decimal;
}

void append_unscaled(std::string& out, const Decimal& decimal, std::int32_t scale) {
  const DigitStream digits(decimal, scale);
  if (digits.count() > kWordDigits) {
    append_long(out, digits, decimal.negative);
    return;
  }
  std::int64_t value = 0;
  for (std::size_t i = 0; i < digits.count(); ++i) value = value * 10 + digits[i];
  append_word(out, decimal.negative ? -value : value);
}

}  // namespace cdckit::walcat
