#include "common/base/md5.hpp"

#include <bit>
#include <cmath>
#include <string>

namespace cdckit::base {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::array<std::array<int, 4>, 4> kShifts{
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

using State = std::array<std::uint32_t, 4>;
using Sines = std::array<std::uint32_t, kBlock>;

const Sines& sines() {
  static const Sines table = [] {
    Sines out{};
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<std::uint32_t>(
          std::floor(std::fabs(std::sin(static_cast<double>(i) + 1.0)) * 4294967296.0));
    return out;
  }();
  return table;
}

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
    const std::uint32_t sum = a + mixed + sines()[i] + word_at(block, place);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[i / 16][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

std::string_view block_at(std::string_view bytes, std::size_t at) noexcept {
  return bytes.substr(at, kBlock);
}

}  // namespace

Md5 md5(std::string_view bytes) {
  State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const std::size_t whole = bytes.size() - bytes.size() % kBlock;
  for (std::size_t at = 0; at < whole; at += kBlock) add_block(state, block_at(bytes, at));
  std::string tail(bytes.substr(whole));
  tail += '\x80';
  while (tail.size() % kBlock != kBlock - 8) tail += '\0';
  const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size()) * 8;
  for (unsigned shift = 0; shift < 64; shift += 8) tail += static_cast<char>(bits >> shift);
  for (std::size_t at = 0; at < tail.size(); at += kBlock) add_block(state, block_at(tail, at));
  Md5 digest{};
  for (std::size_t i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<char>(state[i / 4] >> (8 * (i % 4)));
  return digest;
}

std::uint64_t md5_half(const Md5& digest, std::size_t half) noexcept {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i)
    out = out << 8U | static_cast<unsigned char>(digest[8 * half + i]);
  return out;
}

}  // namespace cdckit::base
