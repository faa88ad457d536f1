#include "common/debezium/number.hpp"

#include "common/base/number_text.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

namespace cdckit::debezium {
namespace {

constexpr std::int64_t kMostScale = 16383;
constexpr std::uint32_t kGroup = 1'000'000'000;  // nine digits

// value * 256 + byte, in groups of nine digits, the lowest first.
void push_byte(std::vector<std::uint32_t>& groups, std::uint32_t byte) {
  std::uint64_t carry = byte;
  for (std::uint32_t& group : groups) {
    const std::uint64_t value = std::uint64_t{group} * 256 + carry;
    group = static_cast<std::uint32_t>(value % kGroup);
    carry = value / kGroup;
  }
  if (carry > 0) groups.push_back(static_cast<std::uint32_t>(carry));
}

// Of a number that fits a register, which is nearly all of them.
void append_short(std::string& out, std::string_view bytes, bool negative) {
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  if (negative) value = ~value + 1;
  base::append_number(out, value);
}

void append_long(std::string& out, std::string_view bytes, bool negative) {
  std::string magnitude(bytes);
  if (negative) {
    bool carry = true;  // two's complement: all bits turned, one more
    for (char& byte : std::views::reverse(magnitude)) {
      const auto turned = static_cast<unsigned char>(~static_cast<unsigned char>(byte));
      byte = static_cast<char>(carry ? turned + 1 : turned);
      carry = carry && turned == 0xFF;
    }
  }
  std::vector<std::uint32_t> groups;
  for (const char byte : magnitude) push_byte(groups, static_cast<unsigned char>(byte));
  if (groups.empty()) {
    out += '0';
    return;
  }
  out += std::to_string(groups.back());
  for (std::size_t i = groups.size() - 1; i-- > 0;) {
    const std::string nine = std::to_string(groups[i]);
    out.append(9 - nine.size(), '0').append(nine);
  }
}

}  // namespace

bool append_decimal(std::string& out, std::string_view bytes, std::int64_t scale) {
  if (bytes.empty() || scale > kMostScale || scale < -kMostScale) return false;
  const bool negative = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
  if (negative) out += '-';
  const std::size_t start = out.size();
  if (bytes.size() <= sizeof(std::uint64_t)) {
    append_short(out, bytes, negative);
  } else {
    append_long(out, bytes, negative);
  }
  const std::size_t length = out.size() - start;
  if (scale <= 0) {
    if (out.compare(start, length, "0") != 0) out.append(static_cast<std::size_t>(-scale), '0');
    return true;
  }
  const auto behind = static_cast<std::size_t>(scale);
  if (length <= behind) out.insert(start, behind + 1 - length, '0');
  out.insert(out.size() - behind, 1, '.');
  return true;
}

bool append_bits(std::string& out, std::string_view bytes, std::size_t length) {
  std::string bits;
  for (const char byte : std::views::reverse(bytes)) {
    for (int bit = 7; bit >= 0; --bit)
      bits +=
          (static_cast<unsigned>(static_cast<unsigned char>(byte)) >> bit & 1U) != 0 ? '1' : '0';
  }
  const std::size_t first = bits.find('1');
  bits.erase(0, first == std::string::npos ? bits.size() : first);
  if (length > 0 && bits.size() > length) return false;
  if (length > 0) out.append(length - bits.size(), '0');
  out += bits;
  return true;
}

}  // namespace cdckit::debezium
