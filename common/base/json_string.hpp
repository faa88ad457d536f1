// Text as the inside of a JSON string, here because log and metrics stand below ndjson and need it
// too. And valid UTF-8 out of whatever a file name, an argument or a server's message holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cdckit::base {

// Control characters, quote and backslash escaped, all else as it is; without the quotes.
void append_json_escaped(std::string& out, std::string_view text);
// Where the first byte stands that has to be escaped; the text's size: nowhere.
std::size_t find_json_escape(std::string_view text, std::size_t from = 0) noexcept;
// The text with every byte that is not part of a UTF-8 character replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

}  // namespace cdckit::base
