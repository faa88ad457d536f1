#include "common/base/base64.hpp"

#include <array>
#include <cstdint>

namespace cdckit::base {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

unsigned hex_digit(char letter) noexcept {
  if (letter <= '9') return static_cast<unsigned>(letter - '0');
  return static_cast<unsigned>((letter | 0x20) - 'a') + 10U;
}

// `next` gives byte number i.
template <class Next>
void append_bytes(std::string& out, std::size_t size, Base64 alphabet, Next next) {
  const std::string_view letters = alphabet == Base64::standard ? kStandard : kUrlSafe;
  const auto begin = out.size();
  out.resize(begin + (size + 2) / 3 * 4);
  char* to = out.data() + begin;
  for (std::size_t i = 0; i < size; i += 3) {
    unsigned group = next(i) << 16U;
    if (i + 1 < size) group |= next(i + 1) << 8U;
    if (i + 2 < size) group |= next(i + 2);
    *to++ = letters[group >> 18U];
    *to++ = letters[group >> 12U & 63U];
    *to++ = i + 1 < size ? letters[group >> 6U & 63U] : '=';
    *to++ = i + 2 < size ? letters[group & 63U] : '=';
  }
}

constexpr std::uint8_t kNone = 0xFF;
constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (const std::string_view letters : {kStandard, kUrlSafe}) {
    for (std::size_t i = 0; i < letters.size(); ++i)
      values[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = make_values();

}  // namespace

void append_base64(std::string& out, std::string_view bytes, Base64 alphabet) {
  append_bytes(out, bytes.size(), alphabet, [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[i]));
  });
}

void append_base64_of_hex(std::string& out, std::string_view hex, Base64 alphabet) {
  append_bytes(out, hex.size() / 2, alphabet, [&](std::size_t i) {
    return hex_digit(hex[2 * i]) << 4U | hex_digit(hex[2 * i + 1]);
  });
}

bool append_from_base64(std::string& out, std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  const auto begin = out.size();
  out.resize(begin + text.size() * 3 / 4);
  char* to = out.data() + begin;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char letter : text) {
    const std::uint8_t value = kValues[static_cast<unsigned char>(letter)];
    if (value == kNone) {
      out.resize(begin);
      return false;
    }
    bits = bits << 6U | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *to++ = static_cast<char>(bits >> count & 0xFFU);
  }
  return true;
}

}  // namespace cdckit::base
