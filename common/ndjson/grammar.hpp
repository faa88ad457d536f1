// JSON's grammar alone (RFC 8259): says whether a text is one value, without making anything of it.
// Slower than simdjson and more generous: numbers may have any number of digits and any exponent
// (PostgreSQL's numeric), escapes may name lone surrogates. UTF-8 is not looked at.
#pragma once

#include <string_view>

namespace cdckit::ndjson {

inline constexpr int kMaxNesting = 1024;

[[nodiscard]] bool is_json(std::string_view text) noexcept;

}  // namespace cdckit::ndjson
