#include "tools/walcat/debezium/name_uuid.hpp"

#include "common/base/hex.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::array<std::array<int, 4>, 4> kShifts{
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

using State = std::array<std::uint32_t, 4>;

std::uint32_t word_at(std::string_view block, std::size_t index) noexcept {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;)
    word = word << 8U | static_cast<unsigned char>(block[4 * index + i]);
  return word;
}

// RFC 1321, one block
void add_block(State& state, std::string_view block) noexcept {
  auto [a, b, c, d] = state;
  for (std::uint32_t i = 0; i < kBlock; ++i) {
    std::uint32_t mixed = 0;
    std::uint32_t place = 0;
    if (i < 16) {
      mixed = (b & c) | (~b & d);
      place = i;
    } else if (i < 32) {
      mixed = (d & b) | (~d & c);
      place = (5 * i + 1) % 16;
    } else if (i < 48) {
      mixed = b ^ c ^ d;
      place = (3 * i + 5) % 16;
    } else {
      mixed = c ^ (b | ~d);
      place = (7 * i) % 16;
    }
    const auto sine =
        static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(i + 1.0)) * 4294967296.0));
    const std::uint32_t sum = a + mixed + sine + word_at(block, place);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[i / 16][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

std::string md5(std::string_view bytes) {
  State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::string padded(bytes);
  padded += '\x80';
  while (padded.size() % kBlock != kBlock - 8) padded += '\0';
  const std::uint64_t bits = bytes.size() * 8;
  for (unsigned shift = 0; shift < 64; shift += 8) padded += static_cast<char>(bits >> shift);
  for (std::size_t at = 0; at < padded.size(); at += kBlock)
    add_block(state, std::string_view(padded).substr(at, kBlock));
  std::string digest;
  for (const auto word : state) {
    for (unsigned shift = 0; shift < 32; shift += 8) digest += static_cast<char>(word >> shift);
  }
  return digest;
}

}  // namespace

std::string name_uuid(std::string_view bytes) {
  std::string digest = md5(bytes);
  digest[6] = static_cast<char>((static_cast<unsigned char>(digest[6]) & 0x0FU) | 0x30U);
  digest[8] = static_cast<char>((static_cast<unsigned char>(digest[8]) & 0x3FU) | 0x80U);
  std::string out;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    base::append_hex(out, {&digest[i], 1});
  }
  return out;
}

}  // namespace cdckit::walcat
