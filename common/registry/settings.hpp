// Where the registry is and who asks. Secrets come from a properties file, a URL that stands in a
// file, or a command; none of them is printed. Values to copy.
#pragma once

#include "common/secrets/secret.hpp"
#include "common/token/token.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace cdckit::registry {

struct Settings {
  std::string url;            // without user and password, without a slash at its end
  secrets::Secret user_info;  // user:password
  secrets::Secret token;      // bearer
  // asked at first, when the token has run out, and after a 401 (token::get_token)
  std::function<token::Token()> fetch_token;
  std::string ca_file;
  bool allow_http = false;  // to another host than this one
  std::string certificate_file;
  std::string key_file;
  secrets::Secret key_password;
  bool register_schemas = true;  // false: a schema has to be there already
};

// A user and a password before the host become user_info. Throws config for what is no http(s)
// URL.
void set_url(Settings& settings, std::string_view url_text);
// A property by the name that Confluent's clients have for it, behind `schema.registry.`:
// url, basic.auth.user.info, bearer.auth.token, ssl.ca.location, ssl.certificate.location,
// ssl.key.location, ssl.key.password, auto.register.schemas. False for another name; throws config
// for a value that is none.
bool set_property(Settings& settings, std::string_view name, std::string_view value);
// The properties that hold a secret, which do not belong into argv.
bool is_secret_property(std::string_view name) noexcept;

}  // namespace cdckit::registry
