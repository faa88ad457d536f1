#include "common/secrets/secret.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
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

// Past the closing single quote of a conninfo value, or past the last character of a bare one.
std::size_t value_end(std::string_view text, std::size_t at, bool in_query) {
  const bool quoted = at < text.size() && text[at] == '\'';
  std::size_t end = quoted ? at + 1 : at;
  while (end < text.size()) {
    if (text[end] == '\\') {
      end += 2;
      continue;
    }
    if (quoted && text[end] == '\'') return end + 1;
    if (!quoted && (is_space(text[end]) || (in_query && text[end] == '&'))) break;
    ++end;
  }
  end = std::min(end, text.size());
  // the quote and colon that a message puts behind the value
  while (!quoted && end > at &&
         std::string_view("\"':,;.)").find(text[end - 1]) != std::string_view::npos)
    --end;
  return end;
}

struct Word {
  std::string_view text;
  bool needs_equals;  // spaces may stand around it
};

// Where the value behind `word` begins; npos when the word is not followed by one.
std::size_t value_begin(std::string_view text, std::size_t at, const Word& word) {
  while (at < text.size() && is_space(text[at])) ++at;
  if (!word.needs_equals) return at;
  if (at >= text.size() || text[at] != '=') return std::string_view::npos;
  ++at;
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::string scrub_after(std::string text, const Word& word) {
  const std::string lower = base::to_lower(text);
  std::string out;
  std::size_t copied = 0;
  for (auto at = lower.find(word.text); at != std::string::npos; at = lower.find(word.text, at)) {
    const bool in_query = at > 0 && (text[at - 1] == '?' || text[at - 1] == '&');
    at += word.text.size();
    const auto begin = value_begin(text, at, word);
    if (begin == std::string_view::npos) continue;
    out.append(text, copied, begin - copied);
    out.append(kMask);
    copied = at = value_end(text, begin, in_query);
  }
  out.append(text, copied);
  return out;
}

}  // namespace

// A copy and a wipe: moving a short string would leave its bytes behind in `other`.
Secret::Secret(Secret&& other) noexcept
    : value_(other.value_) {  // NOLINT(performance-move-constructor-init): see above
  other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = other.value_;
    other.wipe();
  }
  return *this;
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret Secret::from_file(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    throw base::system_error(base::ErrorKind::config, "could not open \"" + path + "\"", errno);
  }
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw base::Error(base::ErrorKind::config,
                      "could not use \"" + path + "\": group or others may write to it",
                      "Run chmod 600 on the file.");
  }
  std::string content = io::read_file(path);
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
  return Secret(std::move(content));
}

void Secret::wipe() noexcept {
  if (!value_.empty()) ::explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

std::string scrub(std::string_view text) {
  std::string out = scrub_uris(text);
  for (const Word& word :
       {Word{"password", true}, Word{"bearer ", false}, Word{"authorization: basic ", false}}) {
    out = scrub_after(std::move(out), word);
  }
  return out;
}

bool has_inline_password(std::string_view conninfo) {
  if (uri_password(conninfo, 0).first != std::string_view::npos) return true;
  const std::string lower = base::to_lower(conninfo);
  for (auto at = lower.find("password"); at != std::string::npos; at = lower.find("password", at)) {
    const bool own_word =
        at == 0 || is_space(lower[at - 1]) || lower[at - 1] == '?' || lower[at - 1] == '&';
    at += std::string_view("password").size();
    if (own_word && base::trim(std::string_view(lower).substr(at)).starts_with('=')) return true;
  }
  return false;
}

}  // namespace cdckit::secrets
