// The header Retry-After (RFC 9110, 10.2.3): seconds, or a date in one of HTTP's three forms. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cdckit::http {

// A week: nobody waits longer on the word of one header, which may be a slip of the server.
inline constexpr std::chrono::seconds kLongestRetryAfter{7 * 86'400};

// How long to wait, kLongestRetryAfter at most; 0 for a date that is over. A date counts from
// `date_header`, the server's own clock, where that is one, else from `now` (unix seconds).
// Nothing when the text is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                      std::string_view date_header,
                                                      std::int64_t now);
// Unix seconds of an HTTP date: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
// "Sun Nov  6 08:49:37 1994".
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace cdckit::http
