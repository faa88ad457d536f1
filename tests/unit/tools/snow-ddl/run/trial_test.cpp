#include "tools/snow-ddl/run/trial.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

Script script(const std::string& text) {
  Script made;
  made.name = *parse_script_name("V1__a.sql");
  made.statements = split_statements(text, "s");
  return made;
}

}  // namespace

TEST_CASE("a script runs in another database, and nothing is remembered") {
  FakeServer server;
  std::string lines;
  CHECK(
      try_script(script("use schema s; set a = 1; create table t (a int); insert into t select $a"),
                 "CLONE",
                 server.execute(),
                 [&](const std::string& line) { lines += line + "\n"; }));
  CHECK(server.texts() ==
        "set a = 1;\ncreate table t (a int)|set a = 1;\ninsert into t select $a|");
  for (const auto& statement : server.statements) {
    CHECK(statement.database == "CLONE");
    CHECK(statement.schema == "S");
  }
  CHECK(lines.find("\"statement\":4") != std::string::npos);
}

TEST_CASE("it ends with the statement that is refused") {
  FakeServer server;
  server.fail_next("create", "001003");
  std::string lines;
  CHECK_FALSE(try_script(script("create table t (a int); select 1"),
                         "C",
                         server.execute(),
                         [&](const std::string& line) { lines += line; }));
  CHECK(lines.find("\"status\":\"failed\"") != std::string::npos);
  CHECK(server.statements.size() == 1);
}

TEST_CASE("a script that names the database") {
  CHECK(names_database(script("select 1; create table prod.s.t (a int)"), "PROD"));
  CHECK(names_database(script("use \"PROD\""), "PROD"));
  CHECK_FALSE(names_database(script("create table production.s.t (a int) -- prod"), "PROD"));
}

}  // namespace cdckit::snow_ddl
