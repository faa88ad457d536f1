// Base64 (RFC 4648) straight into the caller's buffer, with padding. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::base {

enum class Base64 { standard, url_safe };
void append_base64(std::string& out, std::string_view bytes, Base64 alphabet = Base64::standard);
// Of the bytes that `hex` spells, which must be hex digits.
void append_base64_of_hex(std::string& out, std::string_view hex, Base64 alphabet);

// The way back, either alphabet, with or without the padding. False, and nothing appended, when the
// text is none.
bool append_from_base64(std::string& out, std::string_view text);

}  // namespace cdckit::base
