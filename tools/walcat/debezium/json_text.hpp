// JSON strings as Jackson writes them, and base64, straight into the caller's buffer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::walcat {

// `"text"`: control characters as \n or \u001F, characters beyond the BMP as a pair of escapes.
void append_java_string(std::string& out, std::string_view text);
// The same without quotes.
void append_java_escaped(std::string& out, std::string_view text);
std::string java_string(std::string_view text);

enum class Base64 { standard, url_safe };
void append_base64(std::string& out, std::string_view bytes, Base64 alphabet = Base64::standard);
// Of the bytes that `hex` spells.
void append_base64_of_hex(std::string& out, std::string_view hex, Base64 alphabet);
std::string base64_string(std::string_view bytes);  // with quotes

void append_integer(std::string& out, std::int64_t value);

}  // namespace cdckit::walcat
