#include "common/http/url.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::http {

TEST_CASE("the origin is scheme, host and port in lower case") {
  CHECK(origin_of("HTTPS://Example.ORG/path?q=1") == "https://example.org:443");
  CHECK(origin_of("http://localhost:8080/") == "http://localhost:8080");
  CHECK(origin_of("http://[::1]:9/x") == "http://[::1]:9");
}

TEST_CASE("what is no http URL is refused") {
  CHECK_THROWS_AS((void)origin_of("ftp://example.org/"), base::Error);
  CHECK_THROWS_AS((void)origin_of("not a url"), base::Error);
  CHECK_THROWS_AS((void)origin_of(""), base::Error);
  CHECK_THROWS_AS((void)origin_of("https://me:word@example.org/"), base::Error);
}

TEST_CASE("the message of a refused URL does not show its password") {
  try {
    (void)origin_of("https://me:hunter2@example.org/");
    FAIL("accepted");
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
    CHECK(error.kind() == base::ErrorKind::config);
  }
}

TEST_CASE("plain http goes to loopback hosts only") {
  CHECK_NOTHROW(require_safe_url("http://127.0.0.1:80/", false));
  CHECK_NOTHROW(require_safe_url("http://127.9.8.7/", false));
  CHECK_NOTHROW(require_safe_url("http://LOCALHOST/", false));
  CHECK_NOTHROW(require_safe_url("http://[::1]/", false));
  CHECK_NOTHROW(require_safe_url("https://example.org/", false));
  CHECK_NOTHROW(require_safe_url("http://example.org/", true));
  CHECK_THROWS_AS(require_safe_url("http://example.org/", false), base::Error);
  CHECK_THROWS_AS(require_safe_url("http://127.0.0.1.example.org/", false), base::Error);
  CHECK_THROWS_AS(require_safe_url("http://localhost.example.org/", false), base::Error);
  CHECK_THROWS_AS(require_safe_url("http://10.0.0.1/", false), base::Error);
}

TEST_CASE("one rule for loopback hosts, however they are spelt") {
  for (const char* yes : {"localhost",
                          "LocalHost",
                          "127.0.0.1",
                          "127.255.255.254",
                          "::1",
                          "[::1]",
                          "[0:0:0:0:0:0:0:1]"}) {
    CAPTURE(yes);
    CHECK(is_loopback_host(yes));
  }
  for (const char* no : {"",
                         "127.",
                         "127.0.0.999",
                         "127...",
                         "127.0.0.1.evil.org",
                         "1127.0.0.1",
                         "localhost.evil.org",
                         "::2",
                         "[::ffff:10.0.0.1]",
                         "0.0.0.0",
                         "128.0.0.1"}) {
    CAPTURE(no);
    CHECK_FALSE(is_loopback_host(no));
  }
}

TEST_CASE("a redirect may be relative or absolute") {
  CHECK(resolve_url("https://a.example/x/y?q", "z") == "https://a.example/x/z");
  CHECK(resolve_url("https://a.example/x", "/z?k=1") == "https://a.example/z?k=1");
  CHECK(resolve_url("https://a.example/x", "https://b.example/") == "https://b.example/");
}

TEST_CASE("percent encoding keeps only unreserved characters") {
  CHECK(percent_encode("Az09-._~") == "Az09-._~");
  CHECK(percent_encode("a b/ü&=\"") == "a%20b%2F%C3%BC%26%3D%22");
}

}  // namespace cdckit::http
