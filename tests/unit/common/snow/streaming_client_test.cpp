#include "common/snow/streaming_client.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::milliseconds;

namespace {

const snow::PipeAddress kPipe{"CDC", "RAW", "my table-STREAMING"};

snow::StreamingClient client_of(const tests::SnowStub& stub) {
  return {stub.settings(), {.retry = {milliseconds(1), milliseconds(5), milliseconds(2000)}}};
}

}  // namespace

TEST_CASE("open, append, status: paths, tokens, headers") {
  tests::SnowStub stub;
  snow::StreamingClient client = client_of(stub);
  CHECK(client.open(kPipe, "p_T.x_0").continuation_token == "0_1");
  const std::string next = client.append(kPipe,
                                         "p_T.x_0",
                                         {.continuation_token = "0_1",
                                          .start_token = "1/2",
                                          .end_token = "3~4",
                                          .body = "frame",
                                          .uncompressed_bytes = 77});
  CHECK(next == "0_2");
  CHECK(client.status(kPipe, {"p_T.x_0"}).at("p_T.x_0").committed_token == "3~4");
  const auto requests = stub.requests();
  REQUIRE(requests.size() == 5);  // host, token, open, append, status
  CHECK(requests[0].find("KEYPAIR_JWT") != std::string::npos);
  CHECK(requests[1].find("scope=127.0.0.1") != std::string::npos);
  CHECK(requests[2].find("/pipes/%22my%20table-STREAMING%22/channels/p_T.x_0?") !=
        std::string::npos);
  CHECK(requests[2].find("fail_on_uncommitted_rows\":true") != std::string::npos);
  CHECK(requests[3].find("Bearer scoped") != std::string::npos);
  CHECK(requests[3].find("endOffsetToken=3~4") != std::string::npos);
  CHECK(requests[3].find("Content-Encoding: zstd") != std::string::npos);
}

TEST_CASE("transient trouble repeats the same request") {
  tests::SnowStub stub;
  snow::StreamingClient client = client_of(stub);
  client.open(kPipe, "c");
  stub.fail_next("/rows", "503 Service Unavailable", "", 1);
  stub.fail_next("/rows", "200 OK", "{\"next_con", 1);
  client.append(kPipe, "c", {.continuation_token = "0_1", .end_token = "e", .body = "x"});
  const auto requests = stub.requests();
  REQUIRE(requests.size() == 6);
  const auto id = [](const std::string& request) {
    return request.substr(request.find("requestId="), 46);
  };
  CHECK(id(requests[3]) == id(requests[5]));
  CHECK(requests[5].find("retryCount=2") != std::string::npos);
}

TEST_CASE("a refused token is renewed once") {
  tests::SnowStub stub;
  snow::StreamingClient client = client_of(stub);
  client.open(kPipe, "c");
  stub.fail_next("/rows", "401 Unauthorized", "", 1);
  client.append(kPipe, "c", {.continuation_token = "0_1", .end_token = "e", .body = "x"});
  stub.fail_next("/rows", "403 Forbidden", "", 2);
  try {
    client.append(kPipe, "c", {.continuation_token = "0_2", .end_token = "f", .body = "x"});
    FAIL("nothing was thrown");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::permission);
  }
}

TEST_CASE("a wrong key and a foreign streaming host are for good") {
  tests::SnowStub stub;
  snow::StreamingClient client = client_of(stub);
  stub.fail_next("/hostname", "401 Unauthorized", "", 2);
  CHECK_THROWS_AS(client.connect(), base::Error);
  stub.fail_next("/hostname", "200 OK", "evil.example.com", 1);
  try {
    client.connect();
    FAIL("nothing was thrown");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::protocol);
  }
  CHECK(stub.requests().back().find("/hostname") != std::string::npos);  // no token was asked for
}

TEST_CASE("rows of an earlier owner are waited for, another writer is not") {
  tests::SnowStub stub;
  snow::StreamingClient client = client_of(stub);
  stub.fail_next("PUT", "409 Conflict", R"({"code":"ERR_CHANNEL_HAS_UNCOMMITTED_DATA"})", 3);
  CHECK(client.open(kPipe, "c").continuation_token == "0_1");
  stub.fail_next("/rows", "400 Bad Request", R"({"code":"STALE_CONTINUATION_TOKEN_SEQUENCER"})", 1);
  try {
    client.append(kPipe, "c", {.continuation_token = "0_1", .end_token = "e", .body = "x"});
    FAIL("nothing was thrown");
  } catch (const snow::StreamError& error) {
    CHECK(error.fault() == snow::StreamFault::taken_over);
    CHECK(error.kind() == base::ErrorKind::unavailable);
  }
  client.drop(kPipe, "c");
  CHECK(stub.requests().back().starts_with("DELETE"));
}
