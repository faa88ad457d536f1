// Bytes as lower-case hex digits. Pure; reading them is base::parse_hex's work.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::base {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view bytes);
std::string to_hex(std::string_view bytes);

}  // namespace cdckit::base
