#include "common/token/token.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"
#include "common/token/command_output.hpp"

#include <algorithm>

namespace cdckit::token {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::int64_t kMillisecond = 1000;  // microseconds

std::string text_of(std::string_view json) {
  std::string out;
  if (json.starts_with('"')) ndjson::append_unescaped(out, json);
  return out;
}

// A time as a number of seconds (with or without a fraction) or as RFC 3339.
std::optional<std::int64_t> milliseconds_of(std::string_view json) {
  if (json.starts_with('"')) {
    const auto time = base::parse_time(text_of(json));
    return time ? std::optional(*time / kMillisecond) : std::nullopt;
  }
  const auto seconds = base::parse_signed(json.substr(0, json.find_first_of(".eE")));
  return seconds ? std::optional(*seconds * 1000) : std::nullopt;
}

// The value of a member of an object that was found valid; empty without it.
std::string_view member(std::string_view object, std::string_view name) {
  ndjson::ObjectCursor cursor(object);
  ndjson::Member found;
  while (cursor.next(found)) {
    if (found.name == name) return found.value;
  }
  return {};
}

bool is_object(std::string_view text) {
  ndjson::Validator validator;
  return text.starts_with('{') && validator.check_object(text, false) == nullptr;
}

// The claims of a JWT, which are not secret; empty for other tokens.
std::string claims_of(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return {};
  std::string body(token.substr(first + 1, second - first - 1));
  std::replace(body.begin(), body.end(), '-', '+');
  std::replace(body.begin(), body.end(), '_', '/');
  while (body.size() % 4 != 0) body += '=';
  const auto decoded = base::from_base64(body);
  return decoded && is_object(*decoded) ? *decoded : std::string();
}

}  // namespace

Token parse_token(std::string_view output) {
  Token out;
  output = base::trim(output);
  if (is_object(output)) {
    out.text = secrets::Secret(text_of(member(output, "token")));
    out.expires_at_ms = milliseconds_of(member(output, "expires_at"));
    out.principal = text_of(member(output, "principal"));
  } else {
    out.text = secrets::Secret(std::string(output));
  }
  if (out.text.empty())
    throw Error(ErrorKind::permission,
                "could not get a token: what the command printed has no member \"token\"");
  const std::string claims = claims_of(out.text.reveal());
  if (!out.expires_at_ms) out.expires_at_ms = milliseconds_of(member(claims, "exp"));
  if (out.principal.empty()) out.principal = text_of(member(claims, "sub"));
  return out;
}

Token parse_token_answer(std::string_view body) {
  body = base::trim(body);
  Token out;
  if (is_object(body)) out.text = secrets::Secret(text_of(member(body, "access_token")));
  if (out.text.empty())
    throw Error(ErrorKind::permission, "could not get a token: the answer has no access_token");
  const std::string claims = claims_of(out.text.reveal());
  out.expires_at_ms = milliseconds_of(member(claims, "exp"));
  out.principal = text_of(member(claims, "sub"));
  // a span of our own clock, where the two differ
  if (const auto life = milliseconds_of(member(body, "expires_in")))
    out.expires_at_ms = base::unix_milliseconds() + *life;
  return out;
}

Token get_token(const std::string& command, std::chrono::milliseconds limit) {
  return parse_token(command_output(command, limit).reveal());
}

}  // namespace cdckit::token
