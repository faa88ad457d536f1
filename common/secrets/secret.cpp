#include "common/secrets/secret.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

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

std::string scrub_uris(std::string_view text) {
  std::string out;
  std::size_t from = 0;
  for (;;) {
    const auto [begin, end] = uri_password(text, from);
    if (end == std::string_view::npos) break;
    const auto copied_to = begin == std::string_view::npos ? end : begin;
    out.append(text.substr(from, copied_to - from));
    if (begin != std::string_view::npos) out.append(kMask);
    from = end;
  }
  out.append(text.substr(from));
  return out;
}

// Replaces what follows `word` up to the end of the value; values may stand in single quotes.
std::string scrub_after(std::string text, std::string_view word) {
  std::size_t from = 0;
  for (;;) {
    const std::string lower = base::to_lower(text);
    auto at = lower.find(word, from);
    if (at == std::string::npos) return text;
    at += word.size();
    while (at < text.size() && (text[at] == ' ' || (word.back() != ' ' && text[at] == '='))) ++at;
    std::size_t end = at;
    if (at < text.size() && text[at] == '\'') {
      end = at + 1;
      while (end < text.size() && text[end] != '\'') end += text[end] == '\\' ? 2U : 1U;
      end = std::min(end + 1, text.size());
    } else {
      end = std::min(text.find_first_of(" \t\r\n&\"',;", at), text.size());
    }
    text.replace(at, end - at, kMask);
    from = at + kMask.size();
  }
}

}  // namespace

Secret::Secret(Secret&& other) noexcept : value_(other.value_) { other.wipe(); }

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
  struct stat status {};
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
  return scrub_after(scrub_after(scrub_uris(text), "password="), "bearer ");
}

bool has_inline_password(std::string_view conninfo) {
  const auto [begin, end] = uri_password(conninfo, 0);
  if (begin != std::string_view::npos) return true;
  const std::string lower = base::to_lower(conninfo);
  const auto at = lower.find("password");
  if (at == std::string::npos) return false;
  const auto rest = base::trim(std::string_view(lower).substr(at + 8));
  const bool own_word = at == 0 || lower[at - 1] == ' ' || lower[at - 1] == '?' || lower[at - 1] == '&';
  return own_word && !rest.empty() && rest.front() == '=';
}

}  // namespace cdckit::secrets
