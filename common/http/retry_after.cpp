#include "common/http/retry_after.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <ctime>
#include <string>

namespace cdckit::http {

using std::chrono::seconds;

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const std::string line(base::trim(text));
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* const end = ::strptime(line.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    return static_cast<std::int64_t>(::timegm(&parts));
  }
  return std::nullopt;
}

std::optional<seconds> parse_retry_after(std::string_view text,
                                         std::string_view date_header,
                                         std::int64_t now) {
  text = base::trim(text);
  if (text.empty()) return std::nullopt;
  const auto most = static_cast<std::uint64_t>(kLongestRetryAfter.count());
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto number = base::parse_unsigned(text);  // nothing when it is beyond 64 bits
    return seconds(static_cast<std::int64_t>(std::min(number.value_or(most), most)));
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  const std::int64_t pause = *date - parse_http_date(date_header).value_or(now);
  return std::clamp(seconds(pause), seconds(0), kLongestRetryAfter);
}

}  // namespace cdckit::http
