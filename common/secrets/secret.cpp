#include "common/secrets/secret.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "common/secrets/scrub.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <sys/stat.h>

namespace cdckit::secrets {

namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// What libpq takes for a secret, in a conninfo and in a URI's query.
constexpr std::array<std::string_view, 5> kSecretWords = {
    "password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"};

bool begins_value(std::string_view lower, std::string_view word, std::size_t at) {
  const bool own_word =
      at == 0 || is_space(lower[at - 1]) || lower[at - 1] == '?' || lower[at - 1] == '&';
  return own_word && base::trim(lower.substr(at + word.size())).starts_with('=');
}

bool sets(std::string_view lower, std::string_view word) {
  for (auto at = lower.find(word); at != std::string_view::npos; at = lower.find(word, at + 1)) {
    if (begins_value(lower, word, at)) return true;
  }
  return false;
}

// libpq decodes the names of a URI's query: %70assword is password.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size() ? base::parse_hex(text.substr(i + 1, 2))
                                                            : std::optional<std::uint64_t>();
    out += byte ? static_cast<char>(*byte) : text[i];
    if (byte) i += 2;
  }
  return out;
}

// Each file once, however often it is read.
bool first_time(const std::string& path) {
  static std::mutex mutex;
  static std::set<std::string> known;
  const std::scoped_lock lock(mutex);
  return known.insert(path).second;
}

void check_mode(const std::string& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw base::Error(base::ErrorKind::config,
                      "could not use \"" + path + "\": group or others may write to it",
                      "Run chmod 600 on the file.");
  }
  if ((status.st_mode & (S_IRGRP | S_IROTH)) != 0 && first_time(path)) {
    log::warning("\"" + path + "\" holds a secret that group or others may read",
                 {},
                 "Run chmod 600 on the file.");
  }
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
  check_mode(path, status);
  std::string content = io::read_file(path);
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
  return Secret(std::move(content));
}

void Secret::wipe() noexcept {
  if (!value_.empty()) ::explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

bool has_inline_password(std::string_view conninfo) {
  if (has_uri_password(conninfo)) return true;
  const std::string lower = base::to_lower(conninfo);
  const std::string decoded = base::to_lower(percent_decoded(conninfo));
  return std::any_of(kSecretWords.begin(), kSecretWords.end(), [&](std::string_view word) {
    return sets(lower, word) || (conninfo.find("://") != conninfo.npos && sets(decoded, word));
  });
}

}  // namespace cdckit::secrets
