#include "common/pg/binary/encode_bytes.hpp"

#include "common/pg/binary/big_endian.hpp"

#include <array>
#include <cstdint>

namespace cdckit::pg {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The escape format: `\\` and three octal digits, all else as it stands.
const FieldProblem* append_escaped_bytes(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      out.push_back('\\');
      ++i;
    } else if (i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3' &&
               text[i + 2] >= '0' && text[i + 2] <= '7' && text[i + 3] >= '0' &&
               text[i + 3] <= '7') {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                      (text[i + 3] - '0')));
      i += 3;
    } else {
      return &problems::kSyntax;
    }
  }
  return nullptr;
}

const FieldProblem* append_hex_bytes(std::string_view digits, std::string& out) {
  if (digits.size() % 2 != 0) return &problems::kSyntax;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return &problems::kSyntax;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return nullptr;
}

}  // namespace

const FieldProblem* encode_uuid(std::string_view text, std::string& out) {
  if (text.size() > 2 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, text.size() - 2);
  std::array<char, 16> bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' && digits > 0 && digits % 4 == 0 && i + 1 < text.size()) continue;
    const int digit = hex_digit(text[i]);
    if (digit < 0 || digits == 32) return &problems::kSyntax;
    char& byte = bytes[digits++ / 2];
    const unsigned high = static_cast<unsigned char>(byte);
    byte = static_cast<char>((high << 4U) | static_cast<unsigned>(digit));
  }
  if (digits != 32) return &problems::kSyntax;
  append_bytes_field(out, {bytes.data(), bytes.size()});
  return nullptr;
}

const FieldProblem* encode_bytea(std::string_view text, std::string& out) {
  const std::size_t length_at = out.size();
  append_big_endian(out, std::int32_t{0});
  const bool hex = text.starts_with("\\x");
  const FieldProblem* problem =
      hex ? append_hex_bytes(text.substr(2), out) : append_escaped_bytes(text, out);
  std::string length;
  append_big_endian(length, static_cast<std::int32_t>(out.size() - length_at - 4));
  out.replace(length_at, 4, length);
  return problem;
}

}  // namespace cdckit::pg
