#include "common/registry/settings.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/url.hpp"

#include <optional>

namespace cdckit::registry {
namespace {

[[noreturn]] void bad_config(const std::string& what, std::string hint = {}) {
  throw base::Error(base::ErrorKind::config, what, std::move(hint));
}

std::optional<char> hex_byte(std::string_view text) {
  const auto value = text.size() == 2 ? base::parse_hex(text) : std::nullopt;
  return value ? std::optional(static_cast<char>(*value)) : std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex_byte(text.substr(i + 1, 2)) : std::nullopt;
    out += byte.value_or(text[i]);
    if (byte) i += 2;
  }
  return out;
}

}  // namespace

void set_url(Settings& settings, std::string_view url_text) {
  std::string url(base::trim(url_text));
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto end = url.find_first_of("/?#", begin);
  const auto at = url.rfind('@', end);
  if (scheme != std::string::npos && at != std::string::npos && at >= begin) {
    settings.user_info = secrets::Secret(percent_decoded(url.substr(begin, at - begin)));
    url.erase(begin, at - begin + 1);
  }
  while (url.ends_with('/')) url.pop_back();
  (void)http::origin_of(url);
  settings.url = std::move(url);
}

bool is_secret_property(std::string_view name) noexcept {
  return name == "basic.auth.user.info" || name == "bearer.auth.token" ||
         name == "ssl.key.password";
}

bool set_property(Settings& settings, std::string_view name, std::string_view value) {
  const std::string text(value);
  if (name == "url") {
    set_url(settings, value);
  } else if (name == "basic.auth.user.info") {
    if (text.find(':') == std::string::npos)
      bad_config("could not use \"schema.registry.basic.auth.user.info\": it is not USER:PASSWORD");
    settings.user_info = secrets::Secret(text);
  } else if (name == "bearer.auth.token") {
    settings.token = secrets::Secret(text);
  } else if (name == "ssl.ca.location") {
    settings.ca_file = text;
  } else if (name == "ssl.certificate.location") {
    settings.certificate_file = text;
  } else if (name == "ssl.key.location") {
    settings.key_file = text;
  } else if (name == "ssl.key.password") {
    settings.key_password = secrets::Secret(text);
  } else if (name == "auto.register.schemas") {
    if (text != "true" && text != "false")
      bad_config("could not use \"schema.registry.auto.register.schemas\": \"" + text +
                 "\" is neither true nor false");
    settings.register_schemas = text == "true";
  } else {
    return false;
  }
  return true;
}

}  // namespace cdckit::registry
