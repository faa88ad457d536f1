#include "tools/snow-ddl/session.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

snow::Statement after(const std::string& use) {
  FakeServer server;
  Session session(server.execute(), "tag");
  (void)session.run(use);
  (void)session.run("select 1");
  REQUIRE(server.statements.size() == 1);
  return server.statements.front();
}

}  // namespace

TEST_CASE("a statement goes out with the query tag and no context of its own") {
  FakeServer server;
  Session session(server.execute(), "tag");
  CHECK(session.run("select 1").handle == "handle-1");
  CHECK(server.statements[0].text == "select 1");
  CHECK(server.statements[0].parameters.at("query_tag") == "tag");
  CHECK(server.statements[0].database.empty());
}

TEST_CASE("USE is kept and goes along with what follows") {
  CHECK(after("use database cdc").database == "CDC");
  CHECK(after("USE cdc").database == "CDC");
  CHECK(after("use cdc").schema == "PUBLIC");
  CHECK(after("use schema raw").schema == "RAW");
  CHECK(after("use schema cdc.\"My raw\"").schema == "My raw");
  CHECK(after("use schema cdc.raw").database == "CDC");
  CHECK(after("use cdc . raw").schema == "RAW");
  CHECK(after("use role loader").role == "LOADER");
  CHECK(after("use warehouse big /* wh */").warehouse == "BIG");
}

TEST_CASE("what only looks like USE is sent") {
  FakeServer server;
  Session session(server.execute(), "tag");
  for (const char* text : {"use secondary roles all", "use role a.b", "select use", "use"})
    (void)session.run(text);
  CHECK(server.statements.size() == 4);
}

TEST_CASE("a refusal is for good, but for permissions and what passes by itself") {
  const auto kind = [](base::ErrorKind given) {
    return kind_of_refusal(snow::SqlError(given, "m", "c", "s", "h"));
  };
  CHECK(kind(base::ErrorKind::data) == base::ErrorKind::unavailable);
  CHECK(kind(base::ErrorKind::permission) == base::ErrorKind::permission);
  CHECK(kind(base::ErrorKind::temporary) == base::ErrorKind::temporary);
  CHECK(kind_of_refusal(base::Error(base::ErrorKind::protocol, "m")) == base::ErrorKind::protocol);
}

}  // namespace cdckit::snow_ddl
