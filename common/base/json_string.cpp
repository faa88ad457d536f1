#include "common/base/json_string.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace cdckit::base {

namespace {

// 0: as it is; 'u': \u00XX; else the letter behind the backslash
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

constexpr std::uint64_t every(std::uint64_t byte) noexcept {
  return byte * 0x0101010101010101U;
}

// Not zero when one of the eight bytes has to be escaped, or may have to be.
std::uint64_t suspects(std::uint64_t bytes) noexcept {
  const std::uint64_t quote = bytes ^ every('"');
  const std::uint64_t backslash = bytes ^ every('\\');
  const std::uint64_t low = (bytes - every(0x20)) & ~bytes;
  return (((quote - every(1)) & ~quote) | ((backslash - every(1)) & ~backslash) | low) &
         every(0x80);
}

std::uint32_t byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

// Bytes of the character at `at`; 0 when there is none (overlong, surrogate, beyond U+10FFFF, cut).
std::size_t character_length(std::string_view text, std::size_t at) noexcept {
  const std::uint32_t first = byte_at(text, at);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t low = 0x80;
  std::uint32_t high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (byte_at(text, at + 1) < low || byte_at(text, at + 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

}  // namespace

std::size_t find_json_escape(std::string_view text, std::size_t from) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto word = [&](std::size_t at) noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, kWord);
    return bytes;
  };
  std::size_t at = from;
  while (at + kWord <= text.size() && suspects(word(at)) == 0) at += kWord;
  // the last bytes together with some that were looked at
  const bool last = at != from && at + kWord > text.size();
  if (last && suspects(word(text.size() - kWord)) == 0) return text.size();
  while (at < text.size() && kEscapes[static_cast<unsigned char>(text[at])] == 0) ++at;
  return at;
}

void append_json_escaped(std::string& out, std::string_view text) {
  std::size_t copied = 0;
  for (std::size_t i = find_json_escape(text); i < text.size(); i = find_json_escape(text, i + 1)) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    out.append(text.data() + copied, i - copied);
    copied = i + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      static constexpr std::string_view kHex = "0123456789abcdef";
      out += "00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  out.append(text.data() + copied, text.size() - copied);
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  return out;
}

}  // namespace cdckit::base
