// Wall-clock time as integers and as text, and random identifiers. Shapes: microseconds since
// 1970-01-01 UTC; RFC 3339 text with six fraction digits and `Z`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::base {

std::int64_t unix_nanoseconds() noexcept;
std::int64_t unix_microseconds() noexcept;
std::int64_t unix_milliseconds() noexcept;
// 2026-03-01T20:57:01.123456Z
std::string format_utc(std::int64_t unix_microseconds);
// RFC 3339 (`T` or space, `Z` or +hh:mm, fraction optional) or `@unix` seconds; microseconds since
// 1970.
std::optional<std::int64_t> parse_time(std::string_view text);
// 16 hex digits from the kernel's random source: names a run, a request, a temporary object.
std::string random_id();
// RFC 4122 version 4.
std::string random_uuid();

}  // namespace cdckit::base
