#include "tools/opensky-fetch/service/answer.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/http/retry_after.hpp"
#include "common/secrets/secret.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using base::ErrorKind;

constexpr std::size_t kLongestExcerpt = 200;

std::string without_query(const std::string& url) {
  return url.substr(0, url.find('?'));
}

std::string could_not(const std::string& url, const std::string& reason) {
  return fmt::format("could not fetch \"{}\": {}", without_query(url), reason);
}

bool is_html(const http::Response& response) {
  return base::starts_with_ignoring_case(response.header("content-type"), "text/html") ||
         base::trim(response.body).starts_with('<');
}

// The service explains itself in a short plain text, if at all; pages are not for people in a log.
std::string explanation(const http::Response& response) {
  if (is_html(response) || base::trim(response.body).empty()) return {};
  std::string text(base::trim(response.body).substr(0, kLongestExcerpt));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return fmt::format(": {}", secrets::scrub(text));
}

std::optional<std::chrono::seconds> asked_pause(const http::Response& response) {
  const auto own = http::parse_retry_after(response.header("x-rate-limit-retry-after-seconds"),
                                           response.header("date"),
                                           base::unix_milliseconds() / 1000);
  return own ? own : response.retry_after();
}

struct Meaning {
  ErrorKind kind;
  bool worth_retry;
  const char* hint;
};

Meaning meaning_of(long status) {
  switch (status) {
    case 401:
      return {ErrorKind::permission,
              false,
              "Give an API client's file with --credentials; user names and passwords are no "
              "longer accepted."};
    case 403:
      return {ErrorKind::permission, false, "This needs credentials, or the address is blocked."};
    case 404:
    case 410:
      return {ErrorKind::unavailable,
              false,
              "Check --url: it is the root of the API, without /states/all."};
    case 408:
    case 429:
      return {ErrorKind::temporary, true, ""};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::temporary, true, ""};
  if (status >= 400) return {ErrorKind::unavailable, false, ""};
  return {ErrorKind::protocol, false, ""};
}

// A refusal may only mean that the service has moved, where no token is sent.
std::string hint_for(const http::Response& response, const std::string& url, const char* usual) {
  const bool login = response.status == 401 || response.status == 403;
  if (!login || response.url.empty() || http::origin_of(response.url) == http::origin_of(url))
    return usual;
  return fmt::format(
      "The service redirects to {}, and credentials stay with the host of --url; name the new one "
      "there if you trust it.",
      http::origin_of(response.url));
}

}  // namespace

void judge(const http::Response& response, const std::string& url) {
  if (response.status == 200) {
    if (!is_html(response)) return;
    throw PollError(ErrorKind::temporary,
                    could_not(url, "the server sent a web page instead of JSON"),
                    {.label = "html", .worth_retry = true});
  }
  const Meaning meaning = meaning_of(response.status);
  const bool limited = response.status == 429;
  throw PollError(
      meaning.kind,
      could_not(url,
                fmt::format("the server answered {}{}", response.status, explanation(response))),
      {.label = limited ? "rate_limited" : fmt::format("status_{}", response.status),
       .worth_retry = meaning.worth_retry,
       .wait = meaning.worth_retry ? asked_pause(response) : std::nullopt,
       .hint = hint_for(response, url, meaning.hint)});
}

PollError no_answer(const http::TransportError& error, const std::string& url) {
  const bool maybe_blocked =
      (error.failure() == http::Failure::connect || error.failure() == http::Failure::timeout) &&
      !http::is_loopback_url(url);
  return {
      error.kind(),
      error.what(),
      {.label = std::string(http::to_text(error.failure())),
       .worth_retry = error.retryable(),
       .hint = maybe_blocked
                   ? "The service blocks some cloud providers' addresses; try from another network."
                   : std::string(error.hint())}};
}

PollError not_understood(const std::string& reason, const std::string& url) {
  return {ErrorKind::protocol,
          could_not(url, fmt::format("the answer makes no sense: {}", reason)),
          {.label = "malformed", .worth_retry = true}};
}

PollError held_back(const std::string& reason, const std::string& hint) {
  return {ErrorKind::temporary,
          fmt::format("could not poll: {}", reason),
          {.label = "held", .hint = hint}};
}

PollError not_one_picture(std::size_t parts, const std::string& url) {
  return {
      ErrorKind::temporary,
      could_not(url, fmt::format("the picture changed while its {} parts were asked for", parts)),
      {.label = "changed", .worth_retry = true}};
}

std::optional<std::uint64_t> credits_left(const http::Response& response) {
  return base::parse_unsigned(response.header("x-rate-limit-remaining"));
}

}  // namespace cdckit::opensky_fetch
