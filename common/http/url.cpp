#include "common/http/url.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/secrets/secret.hpp"

#include <arpa/inet.h>

#include <curl/curl.h>
#include <fmt/format.h>

namespace cdckit::http {
namespace {

using UrlHandle = base::UniqueHandle<CURLU, curl_url_cleanup>;
using Part = base::UniqueHandle<char, curl_free>;

[[noreturn]] void refuse(const std::string& url, std::string_view reason, std::string hint = {}) {
  throw base::Error(base::ErrorKind::config,
                    fmt::format("could not use URL \"{}\": {}", secrets::scrub(url), reason),
                    std::move(hint));
}

UrlHandle parse(const std::string& url) {
  UrlHandle handle(curl_url());
  if (handle == nullptr) throw std::bad_alloc();
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0);
  if (code != CURLUE_OK) refuse(url, base::to_lower(curl_url_strerror(code)));
  return handle;
}

std::string part_of(const UrlHandle& handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle.get(), which, &text, flags) != CURLUE_OK) return {};
  const Part owner(text);
  return base::to_lower(text);
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string name = base::to_lower(host);
  if (name == "localhost") return true;
  in6_addr six{};
  if (inet_pton(AF_INET6, name.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  in_addr four{};
  return inet_pton(AF_INET, name.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24U) == 127U;
}

std::string origin_of(const std::string& url) {
  const UrlHandle handle = parse(url);
  const std::string scheme = part_of(handle, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") refuse(url, "only http and https are known");
  if (!part_of(handle, CURLUPART_USER).empty() || !part_of(handle, CURLUPART_PASSWORD).empty()) {
    refuse(url, "it holds a user name or password");
  }
  return fmt::format("{}://{}:{}",
                     scheme,
                     part_of(handle, CURLUPART_HOST),
                     part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

bool is_loopback_url(const std::string& url) {
  return is_loopback_host(part_of(parse(url), CURLUPART_HOST));
}

void require_safe_url(const std::string& url, bool allow_http) {
  const std::string origin = origin_of(url);
  if (allow_http || origin.starts_with("https://") || is_loopback_url(url)) return;
  refuse(url,
         "plain http is for loopback hosts only",
         "Use https://, or pass --allow-http where the network itself is trusted.");
}

std::string resolve_url(const std::string& base, const std::string& reference) {
  const UrlHandle handle = parse(base);
  if (curl_url_set(handle.get(), CURLUPART_URL, reference.c_str(), 0) != CURLUE_OK) {
    refuse(reference, "the redirect leads nowhere");
  }
  char* text = nullptr;
  if (curl_url_get(handle.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
    refuse(reference, "the redirect leads nowhere");
  }
  const Part owner(text);
  return text;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace cdckit::http
