#include "common/http/retry_after.hpp"

#include <doctest/doctest.h>

namespace cdckit::http {

namespace {

constexpr std::int64_t kNow = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

std::optional<long> pause(std::string_view text, std::string_view date = "") {
  const auto found = parse_retry_after(text, date, kNow);
  return found ? std::optional<long>(found->count()) : std::nullopt;
}

}  // namespace

TEST_CASE("the three forms of a date, and nothing else") {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT",
                           "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994",
                           "  Sun, 06 Nov 1994 08:49:37 GMT "}) {
    CAPTURE(text);
    CHECK(parse_http_date(text) == kNow);
  }
  for (const char* text : {"",
                           "soon",
                           "Sun, 06 Nov 1994",
                           "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 06 Nov 1994 08:49:37 GMT+1",
                           "1994-11-06T08:49:37Z",
                           "Sun, 46 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("seconds") {
  CHECK(pause("0") == 0);
  CHECK(pause(" 120 ") == 120);
  CHECK_FALSE(pause("").has_value());
  CHECK_FALSE(pause("-5").has_value());
  CHECK_FALSE(pause("1.5").has_value());
  CHECK_FALSE(pause("10s").has_value());
  CHECK_FALSE(pause("soon").has_value());
}

TEST_CASE("a date counts from the server's clock, else from ours") {
  CHECK(pause("Sun, 06 Nov 1994 08:51:37 GMT") == 120);
  CHECK(pause("Sun, 06 Nov 1994 08:51:37 GMT", "Sun, 06 Nov 1994 08:51:07 GMT") == 30);
  CHECK(pause("Sun, 06 Nov 1994 08:51:37 GMT", "no date") == 120);
}

TEST_CASE("a date that is over, and values that nobody means") {
  const long most = kLongestRetryAfter.count();
  CHECK(pause("Sat, 05 Nov 1994 08:49:37 GMT") == 0);
  CHECK(pause("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(pause("Fri, 31 Dec 9999 23:59:59 GMT") == most);
  CHECK(pause("99999999") == most);
  CHECK(pause("18446744073709551615") == most);
  CHECK(pause("99999999999999999999999999") == most);
}

}  // namespace cdckit::http
