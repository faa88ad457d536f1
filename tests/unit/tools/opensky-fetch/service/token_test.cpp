#include "tools/opensky-fetch/service/token.hpp"

#include "tests/unit/common/http/loopback_server.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/service/answer.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

using http::LoopbackServer;
constexpr std::chrono::milliseconds kTimeout{5000};
const char* const kFile = R"({"clientId":"me-api","clientSecret":"s&cret ü"})";

base::ErrorKind refusal(const std::string& status, const std::string& body) {
  LoopbackServer server([&](const std::string&) { return LoopbackServer::answer(status, body); });
  const TemporaryFolder folder;
  TokenSource tokens(folder.write("credentials.json", kFile), server.url());
  http::Client client({});
  try {
    (void)tokens.current(client, kTimeout);
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find("s&cret") == std::string::npos);
    return error.kind();
  }
  throw std::runtime_error("accepted");
}

}  // namespace

TEST_CASE("without a file there is no token and no request") {
  TokenSource tokens("", "http://127.0.0.1:1/");
  http::Client client({});
  CHECK(tokens.anonymous());
  CHECK(tokens.current(client, kTimeout).empty());
}

TEST_CASE("the environment may hold the credentials, both of them") {
  const auto set = [](const char* id, const char* secret) {
    CHECK(::setenv("OPENSKY_CLIENT_ID", id, 1) == 0);
    CHECK(::setenv("OPENSKY_CLIENT_SECRET", secret, 1) == 0);
  };
  set("me", "hush");
  CHECK_FALSE(TokenSource("", "http://127.0.0.1:1/").anonymous());
  set("me", "");
  CHECK_THROWS_AS(TokenSource("", "http://127.0.0.1:1/"), base::Error);
  set("", "");
  CHECK(TokenSource("", "http://127.0.0.1:1/").anonymous());
}

TEST_CASE("id and secret are posted as a form, and the token is kept") {
  LoopbackServer server([](const std::string&) {
    return LoopbackServer::answer("200 OK", R"({"access_token":"tok1","expires_in":1800})");
  });
  const TemporaryFolder folder;
  TokenSource tokens(folder.write("credentials.json", kFile), server.url("/token"));
  http::Client client({});
  CHECK(tokens.current(client, kTimeout).reveal() == "tok1");
  CHECK(tokens.current(client, kTimeout).reveal() == "tok1");
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests().front();
  CHECK(request.starts_with("POST /token "));
  CHECK(request.find("Content-Type: application/x-www-form-urlencoded\r\n") != std::string::npos);
  CHECK(request.ends_with(
      "\r\n\r\ngrant_type=client_credentials&client_id=me-api&client_secret=s%26cret%20%C3%BC"));
  tokens.forget();
  (void)tokens.current(client, kTimeout);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("a token that is about to end is not used again") {
  LoopbackServer server([](const std::string&) {
    return LoopbackServer::answer("200 OK", R"({"access_token":"short","expires_in":29})");
  });
  const TemporaryFolder folder;
  TokenSource tokens(folder.write("credentials.json", kFile), server.url());
  http::Client client({});
  (void)tokens.current(client, kTimeout);
  (void)tokens.current(client, kTimeout);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("a refused client is a permission error, a busy server a temporary one") {
  CHECK(refusal("401 No", R"({"error":"invalid_client"})") == base::ErrorKind::permission);
  CHECK(refusal("400 Bad", "") == base::ErrorKind::permission);
  CHECK(refusal("503 Busy", "") == base::ErrorKind::temporary);
  CHECK(refusal("200 OK", "{}") == base::ErrorKind::protocol);
  CHECK(refusal("200 OK", "tok") == base::ErrorKind::protocol);
}

TEST_CASE("a file without id and secret is bad configuration") {
  const TemporaryFolder folder;
  for (const char* content : {"",
                              "me:secret",
                              "{}",
                              R"({"clientId":"a"})",
                              R"({"clientId":"a","clientSecret":""})",
                              R"({"clientId":1,"clientSecret":"b"})"}) {
    CAPTURE(content);
    const std::string path = folder.write("bad.json", content);
    CHECK_THROWS_AS(TokenSource(path, "http://127.0.0.1:1/"), base::Error);
  }
  CHECK_THROWS_AS(TokenSource(folder.path() + "/missing", "http://127.0.0.1:1/"), base::Error);
}

}  // namespace cdckit::opensky_fetch
