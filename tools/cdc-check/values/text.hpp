// JSON tokens as text: code points, the text of a scalar, and one spelling for each value, so that
// equal values can be found by their bytes. Pure; a buffer that is given grows, nothing else is
// allocated.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cdckit::cdc_check {

enum class Kind : unsigned char { null, boolean, number, string, array, object };

// Of a valid JSON value.
inline Kind kind_of(std::string_view token) noexcept {
  switch (token.front()) {
    case '"':
      return Kind::string;
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case 'n':
      return Kind::null;
    case 't':
    case 'f':
      return Kind::boolean;
    default:
      return Kind::number;
  }
}
const char* name_of(Kind kind) noexcept;
// Of a number: it has neither point nor exponent.
inline bool is_whole(std::string_view token) noexcept {
  for (std::size_t i = token.front() == '-' ? 1 : 0; i < token.size(); ++i) {
    if (static_cast<unsigned char>(token[i] - '0') > 9) return false;
  }
  return true;
}

// Of a JSON string with its quotes; a surrogate pair is one.
std::size_t count_code_points(std::string_view token) noexcept;
// What is between the quotes, unescaped (then in `scratch`); numbers, true and false as they are.
std::string_view text_of_scalar(std::string_view token, std::string& scratch);
// A letter for the kind and the value: 1, 1.0 and 1e0 are one, "a" and "\u0061" as well. Arrays and
// objects with the order of their members made one.
void append_canonical(std::string& out, std::string_view token);
// Of a number alone: digits, or digits e exponent.
void append_canonical_number(std::string& out, std::string_view token);
// The value for a message: at most sixty bytes, cut at a character.
std::string shown(std::string_view token);

}  // namespace cdckit::cdc_check
