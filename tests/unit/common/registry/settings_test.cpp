#include "common/registry/settings.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::registry;

TEST_CASE("a URL loses its slash, and its user to user_info") {
  Settings settings;
  set_url(settings, "http://127.0.0.1:8081/apis/ccompat/v7/\n");
  CHECK(settings.url == "http://127.0.0.1:8081/apis/ccompat/v7");
  CHECK(settings.user_info.empty());
  set_url(settings, "https://me:p%40ss%2Fw@registry.example:8085");
  CHECK(settings.url == "https://registry.example:8085");
  CHECK(settings.user_info.reveal() == "me:p@ss/w");
  CHECK_THROWS_AS(set_url(settings, "ftp://x"), base::Error);
  CHECK_THROWS_AS(set_url(settings, "registry"), base::Error);
}

TEST_CASE("properties by the names of Confluent's clients") {
  Settings settings;
  CHECK(set_property(settings, "url", "http://localhost:1"));
  CHECK(set_property(settings, "basic.auth.user.info", "a:b"));
  CHECK(set_property(settings, "bearer.auth.token", "t"));
  CHECK(set_property(settings, "ssl.ca.location", "ca.pem"));
  CHECK(set_property(settings, "ssl.certificate.location", "c.pem"));
  CHECK(set_property(settings, "ssl.key.location", "k.pem"));
  CHECK(set_property(settings, "ssl.key.password", "kp"));
  CHECK(set_property(settings, "auto.register.schemas", "false"));
  CHECK(settings.url == "http://localhost:1");
  CHECK(settings.user_info.reveal() == "a:b");
  CHECK(settings.token.reveal() == "t");
  CHECK(settings.ca_file == "ca.pem");
  CHECK(settings.certificate_file == "c.pem");
  CHECK(settings.key_file == "k.pem");
  CHECK(settings.key_password.reveal() == "kp");
  CHECK_FALSE(settings.register_schemas);
  CHECK_FALSE(set_property(settings, "what", "x"));
  CHECK_THROWS_AS(set_property(settings, "auto.register.schemas", "1"), base::Error);
  CHECK_THROWS_AS(set_property(settings, "basic.auth.user.info", "nobody"), base::Error);
  for (const char* name : {"basic.auth.user.info", "bearer.auth.token", "ssl.key.password"})
    CHECK(is_secret_property(name));
  CHECK_FALSE(is_secret_property("ssl.ca.location"));
}
