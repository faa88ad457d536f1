#include "tools/walcat/debezium/json_text.hpp"

#include "common/base/base64.hpp"
#include "common/base/number_text.hpp"

#include <array>
#include <cstring>

namespace cdckit::walcat {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";
// True where a letter cannot stay as it is: control, quote, backslash, start of four bytes.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  for (std::size_t i = 0xF0; i < 0x100; ++i) table[i] = true;
  return table;
}
constexpr std::array<bool, 256> kSpecial = make_special();

// Eight letters at once: true when one of them may be special. Bytes of 0x80 and above count as
// plain only while none is 0xF0 or more.
bool any_special(const char* at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kHighs = 0x8080808080808080ULL;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const auto has_zero = [](std::uint64_t value) { return (value - kOnes) & ~value & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  const std::uint64_t four = word & (word << 1U) & (word << 2U) & (word << 3U) & kHighs;
  return (control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\')) | four) != 0;
}

std::size_t plain_length(std::string_view text, std::size_t from) noexcept {
  std::size_t at = from;
  while (at + 8 <= text.size() && !any_special(text.data() + at)) at += 8;
  while (at < text.size() && !kSpecial[static_cast<unsigned char>(text[at])]) ++at;
  return at - from;
}

void append_escape(std::string& out, unsigned code) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += kUpperHex[(code >> static_cast<unsigned>(shift)) & 15U];
}

void append_control(std::string& out, char letter) {
  static constexpr std::string_view kFrom = "\b\t\n\f\r\"\\";
  static constexpr std::string_view kTo = "btnfr\"\\";
  const auto found = kFrom.find(letter);
  if (found == std::string_view::npos) {
    append_escape(out, static_cast<unsigned char>(letter));
    return;
  }
  out += '\\';
  out += kTo[found];
}

// The text is valid UTF-8: the server saw to it.
std::size_t append_four_bytes(std::string& out, std::string_view text) {
  if (text.size() < 4) {
    out.append(text);
    return text.size();
  }
  const auto bits = [&](std::size_t i) { return static_cast<unsigned char>(text[i]) & 0x3FU; };
  const unsigned code = ((static_cast<unsigned char>(text[0]) & 7U) << 18U | bits(1) << 12U |
                         bits(2) << 6U | bits(3)) -
                        0x10000U;
  append_escape(out, 0xD800U + (code >> 10U));
  append_escape(out, 0xDC00U + (code & 0x3FFU));
  return 4;
}

}  // namespace

void append_java_escaped(std::string& out, std::string_view text) {
  for (std::size_t at = 0;;) {
    const auto plain = plain_length(text, at);
    out.append(text.data() + at, plain);
    at += plain;
    if (at >= text.size()) return;
    if (static_cast<unsigned char>(text[at]) >= 0xF0) {
      at += append_four_bytes(out, text.substr(at));
    } else {
      append_control(out, text[at++]);
    }
  }
}

void append_java_string(std::string& out, std::string_view text) {
  out += '"';
  append_java_escaped(out, text);
  out += '"';
}

std::string java_string(std::string_view text) {
  std::string out;
  append_java_string(out, text);
  return out;
}

std::string base64_string(std::string_view bytes) {
  std::string out = "\"";
  base::append_base64(out, bytes);
  return out + '"';
}

void append_integer(std::string& out, std::int64_t value) {
  base::append_number(out, value);
}

}  // namespace cdckit::walcat
