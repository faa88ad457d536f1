#include "tools/snow-ddl/run/session.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

snow::Statement after(const std::string& use) {
  Session session("tag");
  CHECK(session.note(use));
  return session.request("select 1", 1);
}

}  // namespace

TEST_CASE("a statement goes out with the query tag and no context of its own") {
  const snow::Statement statement = Session("tag").request("select 1", 3);
  CHECK(statement.text == "select 1");
  CHECK(statement.count == 3);
  CHECK(statement.parameters.at("query_tag") == "tag");
  CHECK(statement.database.empty());
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

TEST_CASE("what only looks like USE, or names what is not known here, is sent") {
  for (const char* text :
       {"use secondary roles all", "use role a.b", "use role identifier('X')", "select use", "use"})
    CHECK_FALSE_MESSAGE(Session::is_noted(text), text);
}

}  // namespace cdckit::snow_ddl
