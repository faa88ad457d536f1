#include "common/http/environment.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using cdckit::http::describe_environment;

TEST_CASE("authorities and proxies are said, the proxy's password is not") {
  ::unsetenv("SSL_CERT_FILE");
  CHECK(describe_environment("").starts_with("authorities: the system's"));
  ::setenv("SSL_CERT_FILE", "/etc/own.pem", 1);
  CHECK(describe_environment("").starts_with("authorities: /etc/own.pem (SSL_CERT_FILE)"));
  CHECK(describe_environment("ca.pem").starts_with("authorities: ca.pem"));
  ::unsetenv("SSL_CERT_FILE");
  ::setenv("HTTPS_PROXY", "http://me:hunter2@proxy:8080", 1);
  ::setenv("NO_PROXY", "localhost", 1);
  const std::string text = describe_environment("");
  ::unsetenv("HTTPS_PROXY");
  ::unsetenv("NO_PROXY");
  CHECK(text.find("HTTPS_PROXY=***@proxy:8080") != std::string::npos);
  CHECK(text.find("NO_PROXY=localhost") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}
