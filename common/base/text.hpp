// Small pure conversions between text and values that several rooms need. parse_* return nothing
// when the whole text is not a value; they never throw.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::base {

std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::int64_t> parse_signed(std::string_view text);
// 1 to 16 hex digits of either case.
std::optional<std::uint64_t> parse_hex(std::string_view text);
// Always 16 upper-case digits, so that positions sort as text.
void append_hex16(std::string& out, std::uint64_t value);
std::string hex16(std::uint64_t value);

// "250ms" "10s" "5m" "2h" "1d"; a bare number is seconds. A hundred years at most.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds value);
// "512" "64KiB" "8MiB" "1GiB", also K M G and kB MB GB (powers of 1000).
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
// Shell-style glob with * and ?; the whole text must match.
bool glob_match(std::string_view pattern, std::string_view text);
std::string to_base64(std::string_view bytes);
// Either alphabet, with or without the padding; nothing when it is none.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace cdckit::base
