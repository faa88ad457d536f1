#include "common/secrets/scrub.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace cdckit::secrets {

namespace {

constexpr std::string_view kMask = "***";

// Where the password of `scheme://user:PASS@host` begins and ends; npos, npos without one.
std::pair<std::size_t, std::size_t> uri_password(std::string_view text, std::size_t from) {
  constexpr auto kNone = std::string_view::npos;
  const auto scheme = text.find("://", from);
  if (scheme == kNone) return {kNone, kNone};
  const auto authority = scheme + 3;
  auto end = text.find_first_of("/?# \t\r\n\"'", authority);
  if (end == kNone) end = text.size();
  const auto at = text.substr(0, end).rfind('@');
  if (at == kNone || at < authority) return {kNone, end};
  const auto colon = text.find(':', authority);
  if (colon == kNone || colon > at) return {kNone, end};
  return {colon + 1, at};
}

// A password with an unescaped slash is no valid URI, but somebody typed it: mask up to the last @.
// What is digits up to the slash is a port.
std::pair<std::size_t, std::size_t> misspelt_password(std::string_view text, std::size_t from) {
  constexpr auto kNone = std::string_view::npos;
  const auto authority = text.find("://", from) + 3;
  const auto end = std::min(text.find_first_of(" \t\r\n\"'", authority), text.size());
  const auto at = text.substr(0, end).rfind('@');
  const auto colon = text.find(':', authority);
  if (at == kNone || at < authority || colon >= at) return {kNone, end};
  const auto slash = std::min(text.find_first_of("/?#", colon), at);
  const bool is_port =
      text.substr(colon + 1, slash - colon - 1).find_first_not_of("0123456789") == kNone;
  if (is_port) return {kNone, end};
  return {colon + 1, at};
}

std::string scrub_uris(std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  std::string out;
  std::size_t from = 0;
  while (text.find("://", from) != kNone) {
    auto [begin, end] = uri_password(text, from);
    if (begin == kNone) std::tie(begin, end) = misspelt_password(text, from);
    out.append(text.substr(from, (begin == kNone ? end : begin) - from));
    if (begin != kNone) out.append(kMask);
    from = end;
  }
  out.append(text.substr(from));
  return out;
}

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Past the closing quote of a value, or past the last character of a bare one.
std::size_t value_end(std::string_view text, std::size_t at, bool in_query) {
  const char quote = at < text.size() && (text[at] == '\'' || text[at] == '"') ? text[at] : '\0';
  const bool quoted = quote != '\0';
  std::size_t end = quoted ? at + 1 : at;
  while (end < text.size()) {
    if (text[end] == '\\') {
      end += 2;
      continue;
    }
    if (quoted && text[end] == quote) return end + 1;
    if (!quoted && (is_space(text[end]) || (in_query && text[end] == '&'))) break;
    ++end;
  }
  end = std::min(end, text.size());
  // the quote and colon that a message puts behind the value
  while (!quoted && end > at &&
         std::string_view("\"':,;.)}]").find(text[end - 1]) != std::string_view::npos)
    --end;
  return end;
}

enum class Follows {
  assignment,  // `=`, or `:` behind a quoted name
  pair,        // the same, and `:` behind a bare name, which no sentence has
  line,        // as pair, and the value goes on to the end of the line
  value,       // the value itself
};

struct Word {
  std::string_view text;
  Follows follows = Follows::pair;
};

constexpr std::array kWords = {Word{"password", Follows::assignment},
                               Word{"passphrase", Follows::assignment},
                               Word{"pwd", Follows::assignment},
                               Word{"bearer ", Follows::value},
                               Word{"authorization: basic ", Follows::value},
                               Word{"snowflake token", Follows::assignment},
                               Word{"client_secret"},
                               Word{"client.secret"},
                               Word{"client-secret"},
                               Word{"clientsecret"},
                               Word{"secret_key"},
                               Word{"secretkey"},
                               Word{"secret_access_key"},
                               Word{"secretaccesskey"},
                               Word{"sharedaccesskey"},
                               Word{"sharedaccesssignature"},
                               Word{"accountkey"},
                               Word{"access_token"},
                               Word{"refresh_token"},
                               Word{"id_token"},
                               Word{"api_key"},
                               Word{"apikey"},
                               Word{"api-key"},
                               Word{"private_key"},
                               Word{"privatekey"},
                               Word{"x-amz-signature"},
                               Word{"x-amz-security-token"},
                               Word{"?sig"},
                               Word{"&sig"},
                               Word{"ssl.key.pem", Follows::line},
                               Word{"sasl.oauthbearer.config", Follows::line},
                               Word{"sasl.jaas.config", Follows::line}};

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Where the value behind `word`, which ends at `at`, begins; npos when no value follows.
std::size_t value_begin(std::string_view text, std::size_t at, const Word& word) {
  if (word.follows == Follows::value) return skip_spaces(text, at);
  bool colon = word.follows != Follows::assignment;
  if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
    colon = true;
    ++at;
  }
  at = skip_spaces(text, at);
  const bool assigned = at < text.size() && (text[at] == '=' || (colon && text[at] == ':'));
  return assigned ? skip_spaces(text, at + 1) : std::string_view::npos;
}

std::string scrub_after(std::string text, const Word& word) {
  const std::string lower = base::to_lower(text);
  std::string out;
  std::size_t copied = 0;
  for (auto at = lower.find(word.text); at != std::string::npos; at = lower.find(word.text, at)) {
    const bool in_query = text[at] == '?' || text[at] == '&' ||
                          (at > 0 && (text[at - 1] == '?' || text[at - 1] == '&'));
    at += word.text.size();
    const auto begin = value_begin(text, at, word);
    if (begin == std::string_view::npos) continue;
    out.append(text, copied, begin - copied);
    out.append(kMask);
    at = word.follows == Follows::line ? std::min(text.find('\n', begin), text.size())
                                       : value_end(text, begin, in_query);
    copied = at;
  }
  out.append(text, copied);
  return out;
}

// What stands between the borders of a key in PEM.
std::string scrub_keys(std::string text) {
  constexpr std::string_view kEnd = "PRIVATE KEY-----";
  for (auto at = text.find(kEnd); at != std::string::npos; at = text.find(kEnd, at)) {
    at += kEnd.size();
    const auto end = std::min(text.find("-----END", at), text.size());
    text.replace(at, end - at, kMask);
    at = std::min(text.find(kEnd, at), text.size());
    at = std::min(at + kEnd.size(), text.size());
  }
  return text;
}

}  // namespace

bool has_uri_password(std::string_view text) {
  return uri_password(text, 0).first != std::string_view::npos;
}

std::string scrub(std::string_view text) {
  std::string out = scrub_keys(scrub_uris(text));
  for (const Word& word : kWords) out = scrub_after(std::move(out), word);
  return out;
}

}  // namespace cdckit::secrets
