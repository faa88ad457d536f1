// JSON tokens as the numbers and bytes that Avro's types hold. Tokens are valid JSON; each function
// says false (or nothing) when the type cannot hold what the token says. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::avro {

// An integer, also spelled 1.0 or 1e3, of at most so many bits.
std::optional<std::int64_t> whole_of(std::string_view token) noexcept;
// A number, or the strings NaN, Infinity and -Infinity. Nothing for one beyond the type's range.
std::optional<double> double_of(std::string_view token) noexcept;
std::optional<float> float_of(std::string_view token) noexcept;
// 16 bytes of 8-4-4-4-12 hex digits.
bool append_uuid_bytes(std::string& out, std::string_view text);
// 12 bytes of P1M2DT3.004S, all parts there.
bool append_duration_bytes(std::string& out, std::string_view text);

}  // namespace cdckit::avro
