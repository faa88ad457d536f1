#include "common/avro/names.hpp"

#include <cstdint>

namespace cdckit::avro {
namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

void append_unit(std::string& out, std::uint32_t unit) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (std::uint32_t rest = unit; rest != 0 || hex.empty(); rest >>= 4U)
    hex.insert(hex.begin(), kHex[rest & 15U]);
  out += "_u";
  if (hex.size() <= 2) out += "00";
  out += hex;
}

// One character of the text, which is UTF-8; a broken one is taken byte by byte.
std::uint32_t next_code(std::string_view text, std::size_t& at) noexcept {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0U;
  };
  const std::uint32_t first = byte(at);
  const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6U | (byte(at + i) & 0x3FU);
  at += length;
  return code;
}

// Java looks at UTF-16 units, so a character beyond the BMP is two of them.
void append_replaced(std::string& out, std::uint32_t code, NameAdjustment mode) {
  const bool pair = code > 0xFFFF;
  if (mode == NameAdjustment::avro) {
    out += pair ? "__" : "_";
    return;
  }
  if (pair) {
    append_unit(out, 0xD800U + ((code - 0x10000U) >> 10U));
    append_unit(out, 0xDC00U + ((code - 0x10000U) & 0x3FFU));
  } else {
    append_unit(out, code);
  }
}

std::string adjust(std::string_view name, NameAdjustment mode, bool with_dots) {
  if (mode == NameAdjustment::none) return std::string(name);
  std::string out;
  bool begins = true;
  for (std::size_t at = 0; at < name.size();) {
    const char letter = name[at];
    const bool underscore = letter == '_' && mode == NameAdjustment::avro;
    if (letter == '.' && with_dots) {
      out += letter;
      ++at;
      begins = true;
      continue;
    }
    if (is_letter(letter) || underscore || (is_digit(letter) && !begins)) {
      out += letter;
      ++at;
    } else if (is_digit(letter) && mode == NameAdjustment::avro) {
      out += '_';
      out += letter;
      ++at;
    } else {
      append_replaced(out, next_code(name, at), mode);
    }
    begins = false;
  }
  return out;
}

}  // namespace

bool is_name(std::string_view name) noexcept {
  if (name.empty() || is_digit(name.front())) return false;
  for (const char letter : name) {
    if (!is_letter(letter) && !is_digit(letter) && letter != '_') return false;
  }
  return true;
}

bool is_full_name(std::string_view name) noexcept {
  for (;;) {
    const auto dot = name.find('.');
    if (!is_name(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::string adjust_field_name(std::string_view name, NameAdjustment mode) {
  return adjust(name, mode, false);
}

std::string adjust_full_name(std::string_view name, NameAdjustment mode) {
  return adjust(name, mode, true);
}

SplitName split_full_name(std::string_view full_name) noexcept {
  const auto dot = full_name.rfind('.');
  if (dot == std::string_view::npos) return {{}, full_name};
  return {full_name.substr(0, dot), full_name.substr(dot + 1)};
}

}  // namespace cdckit::avro
