#include "common/snow/sql_api.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::milliseconds;

namespace {

snow::SqlApiOptions quick() {
  return {.retry = {milliseconds(1), milliseconds(5), milliseconds(2000)}};
}

base::ErrorKind failure_of(snow::SqlApi& api) {
  try {
    api.run("SELECT 1");
  } catch (const base::Error& error) {
    return error.kind();
  }
  return base::ErrorKind::bug;
}

}  // namespace

TEST_CASE("a statement and its result") {
  tests::SnowStub stub(
      [](const std::string&) { return tests::SqlReply{{"A"}, {{"1"}, {"\x01NULL"}}, ""}; });
  snow::SqlApi api(stub.settings(), quick());
  const snow::StatementResult result = api.run("SELECT 1");
  CHECK(result.rows.size() == 2);
  CHECK(result.text(1, "A").empty());
  CHECK(result.updated == 2);
  CHECK_THROWS_AS((void)result.column("B"), base::Error);
}

TEST_CASE("a busy server is asked again under the same requestId, with retry=true") {
  tests::SnowStub stub;
  stub.fail_next("/statements", "503 Service Unavailable", "<html>", 2);
  snow::SqlApi api(stub.settings(), quick());
  api.run("SELECT 1");
  const auto requests = stub.requests();
  REQUIRE(requests.size() == 3);
  const auto id = [](const std::string& request) {
    return request.substr(request.find("requestId="), 46);
  };
  CHECK(id(requests[0]) == id(requests[2]));
  CHECK(requests[0].find("retry=true") == std::string::npos);
  CHECK(requests[2].find("retry=true") != std::string::npos);
}

TEST_CASE("a refused token is renewed once, then it is a matter of permission") {
  tests::SnowStub stub;
  snow::SqlApi api(stub.settings(), quick());
  stub.fail_next("/statements", "401 Unauthorized", "{}", 1);
  api.run("SELECT 1");
  stub.fail_next("/statements", "401 Unauthorized", "{}", 2);
  CHECK(failure_of(api) == base::ErrorKind::permission);
}

TEST_CASE("a running statement is followed to its end") {
  tests::SnowStub stub;
  snow::SqlApi api(stub.settings(), quick());
  stub.fail_next("POST /api/v2/statements", "202 Accepted", R"({"statementHandle":"h7"})");
  CHECK(api.run("SELECT 1").handle == "h1");
  CHECK(stub.requests().back().starts_with("GET /api/v2/statements/h7"));
}

TEST_CASE("a failed statement says why") {
  tests::SnowStub stub([](const std::string&) { return tests::SqlReply{{}, {}, "002003"}; });
  snow::SqlApi api(stub.settings(), quick());
  try {
    api.run("SELECT 1");
    FAIL("nothing was thrown");
  } catch (const snow::SqlError& error) {
    CHECK(error.is_missing_object());
    CHECK_FALSE(error.is_existing_object());
    CHECK(error.sql_state() == "42S02");
    CHECK(error.kind() == base::ErrorKind::unavailable);
  }
}

TEST_CASE("a server that is gone is given up after a while") {
  snow::ConnectionSettings settings = tests::SnowStub().settings();
  settings.port = 1;
  snow::SqlApi api(settings, {.retry = {milliseconds(1), milliseconds(5), milliseconds(20)}});
  CHECK(failure_of(api) == base::ErrorKind::temporary);
}
