// JSON strings as Jackson writes them, straight into the caller's buffer.
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

std::string base64_string(std::string_view bytes);  // with quotes

void append_integer(std::string& out, std::int64_t value);

}  // namespace cdckit::walcat
