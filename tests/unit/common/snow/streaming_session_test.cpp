#include "common/snow/streaming_session.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::milliseconds;

namespace {

snow::StreamingSession session_of(const snow::ConnectionSettings& settings) {
  return {settings, {.retry = {milliseconds(1), milliseconds(5), milliseconds(2000)}}};
}

http::Request request() {
  http::Request made;
  made.url = "/v2/x";
  return made;
}

base::ErrorKind failure_of(snow::StreamingSession& session) {
  try {
    session.connect();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("a key pair signs for a scoped token") {
  tests::SnowStub stub;
  auto session = session_of(stub.settings());
  http::Request call = request();
  session.address(call);
  CHECK(call.url.find("/v2/x") != std::string::npos);
  CHECK(call.url.starts_with("http://127.0.0.1"));
  CHECK(call.bearer.reveal() == "scoped");
  REQUIRE(stub.requests().size() == 2);  // host, token
  CHECK(stub.requests()[0].find("KEYPAIR_JWT") != std::string::npos);
  CHECK(stub.requests()[1].find("scope=127.0.0.1") != std::string::npos);
  session.forget_token();
  http::Request next = request();
  session.address(next);
  CHECK(stub.requests().size() == 3);
}

TEST_CASE("other tokens go to the streaming host as they are") {
  tests::SnowStub stub;
  snow::ConnectionSettings settings = stub.settings();
  settings.login = snow::Login::access_token;
  settings.token = secrets::Secret("pat");
  auto session = session_of(settings);
  http::Request call = request();
  session.address(call);
  CHECK(call.bearer.reveal() == "pat");
  CHECK(call.headers.back().find("PROGRAMMATIC_ACCESS_TOKEN") != std::string::npos);
  CHECK(stub.requests().size() == 1);  // host
}

TEST_CASE("a wrong key and a foreign streaming host are for good") {
  tests::SnowStub stub;
  auto session = session_of(stub.settings());
  stub.fail_next("/hostname", "401 Unauthorized", "", 2);
  CHECK(failure_of(session) == base::ErrorKind::permission);
  stub.fail_next("/hostname", "200 OK", "evil.example.com", 1);
  CHECK(failure_of(session) == base::ErrorKind::protocol);
  CHECK(stub.requests().back().find("/hostname") != std::string::npos);  // no token was asked for
}

TEST_CASE("an account's host that is busy is asked again") {
  tests::SnowStub stub;
  auto session = session_of(stub.settings());
  stub.fail_next("/hostname", "503 Service Unavailable", "", 2);
  CHECK(session.connect().starts_with("http://127.0.0.1"));
}
