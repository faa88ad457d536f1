#include "common/kafka/oidc.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/http/loopback_server.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using http::LoopbackServer;

namespace {

kafka::Settings settings(const std::string& url) {
  return {{"sasl.oauthbearer.method", "oidc"},
          {"sasl.oauthbearer.token.endpoint.url", url},
          {"sasl.oauthbearer.client.id", "loader"},
          {"sasl.oauthbearer.client.secret", "hush"},
          {"sasl.oauthbearer.scope", "kafka read"},
          {"sasl.oauthbearer.extensions", "logicalCluster=lkc-1, pool=p"}};
}

base::ErrorKind refusal(const std::string& status, const std::string& body) {
  const LoopbackServer server(
      [&](const std::string&) { return LoopbackServer::answer(status, body); });
  try {
    (void)kafka::fetch_token(*kafka::oidc_of(settings(server.url())));
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find("hush") == std::string::npos);
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("only the method says that a provider gives tokens") {
  CHECK_FALSE(kafka::oidc_of({}));
  CHECK_FALSE(kafka::oidc_of({{"sasl.oauthbearer.method", "default"}}));
  const auto found = kafka::oidc_of(settings("https://login.example/token"));
  REQUIRE(found);
  CHECK(found->scope == "kafka read");
  REQUIRE(found->extensions.size() == 2);
  CHECK(found->extensions[1].first == "pool");
  CHECK(found->extensions[1].second == "p");
  CHECK(kafka::is_oidc_property("sasl.oauthbearer.scope"));
  CHECK_FALSE(kafka::is_oidc_property("sasl.password"));
}

TEST_CASE("a property that is missing or no list is named") {
  for (const std::size_t left_out : {1U, 2U, 3U}) {
    kafka::Settings some = settings("https://login.example/token");
    const std::string name = some[left_out].name;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(left_out));
    CHECK_THROWS_WITH_AS(
        (void)kafka::oidc_of(some),
        ("could not log in by sasl.oauthbearer.method=oidc: " + name + " is missing").c_str(),
        base::Error);
  }
  kafka::Settings broken = settings("https://login.example/token");
  broken.push_back({"sasl.oauthbearer.extensions", "nonsense"});
  CHECK_THROWS_AS((void)kafka::oidc_of(broken), base::Error);
}

TEST_CASE("the client's id and secret are in the header, the grant in the form") {
  const LoopbackServer server([](const std::string&) {
    return LoopbackServer::answer("200 OK", R"({"access_token":"abc","expires_in":60})");
  });
  const auto token = kafka::fetch_token(*kafka::oidc_of(settings(server.url("/token"))));
  CHECK(token.text.reveal() == "abc");
  CHECK(token.expires_at_ms);
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests()[0];
  CHECK(request.starts_with("POST /token "));
  CHECK(request.find("Authorization: Basic bG9hZGVyOmh1c2g=") != std::string::npos);
  CHECK(request.ends_with("grant_type=client_credentials&scope=kafka%20read"));
}

TEST_CASE("a provider that refuses, and one that is in trouble") {
  CHECK(refusal("401 Unauthorized", R"({"error":"invalid_client"})") ==
        base::ErrorKind::permission);
  CHECK(refusal("400 Bad Request", R"({"error":"invalid_scope"})") == base::ErrorKind::permission);
  CHECK(refusal("200 OK", "<html>") == base::ErrorKind::permission);
  CHECK(refusal("503 Service Unavailable", "") == base::ErrorKind::temporary);
  CHECK(refusal("429 Too Many Requests", "") == base::ErrorKind::temporary);
}

TEST_CASE("a secret goes over TLS only") {
  try {
    (void)kafka::fetch_token(*kafka::oidc_of(settings("http://login.example/token")));
    FAIL("was sent");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
  }
}
