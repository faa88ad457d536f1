#include "common/http/environment.hpp"

#include <cstdlib>

namespace cdckit::http {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// A proxy may be named without a scheme, so whatever stands before the @ is a login.
std::string without_login(const std::string& proxy) {
  const std::size_t at = proxy.rfind('@');
  return at == std::string::npos ? proxy : "***" + proxy.substr(at);
}

}  // namespace

std::string describe_environment(const std::string& ca_file) {
  const std::string by_variable = variable("SSL_CERT_FILE");
  std::string text = "authorities: ";
  if (!ca_file.empty()) {
    text += ca_file;
  } else {
    text += by_variable.empty() ? "the system's" : by_variable + " (SSL_CERT_FILE)";
  }
  // the names that libcurl looks at; http_proxy in capitals is a header of CGI, and not believed
  for (const char* name : {"https_proxy",
                           "HTTPS_PROXY",
                           "http_proxy",
                           "all_proxy",
                           "ALL_PROXY",
                           "no_proxy",
                           "NO_PROXY"}) {
    if (const std::string value = variable(name); !value.empty())
      text += std::string("; ") + name + "=" + without_login(value);
  }
  return text;
}

}  // namespace cdckit::http
