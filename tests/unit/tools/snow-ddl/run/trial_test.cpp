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
  std::vector<std::string> absent;
  CHECK(
      try_script(script("use schema s; set a = 1; create table t (a int); insert into t select $a"),
                 "CLONE",
                 absent,
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
  std::vector<std::string> absent;
  CHECK_FALSE(try_script(script("create table t (a int); select 1"),
                         "C",
                         absent,
                         server.execute(),
                         [&](const std::string& line) { lines += line; }));
  CHECK(lines.find("\"status\":\"failed\"") != std::string::npos);
  CHECK(server.statements.size() == 1);
}

TEST_CASE("what belongs to the account is left out, and what leans on it") {
  FakeServer server;
  std::string lines;
  std::vector<std::string> absent;
  const auto run = [&](const std::string& text) {
    return try_script(script(text), "C", absent, server.execute(), [&](const std::string& line) {
      lines += line;
    });
  };
  CHECK(
      run("create role r; create warehouse w; grant role r to role sysadmin; alter user u set "
          "comment = 'x'; grant usage on database d to role q; create table t (a int); grant "
          "select on table t to role q; set a = (select 1); drop role q; select $a"));
  CHECK(run("grant select on table t to role r; use role r; create view v as select 1"));
  CHECK(server.texts() ==
        "create table t (a int)|grant select on table t to role q|set a = (select 1);\nselect "
        "$a|create view v as select 1|");
  for (const auto& statement : server.statements) CHECK(statement.role.empty());
  CHECK(absent == std::vector<std::string>{"R", "W"});
  CHECK(lines.find("\"statement\":1,\"line\":1,\"status\":\"left out\"") != std::string::npos);
}

TEST_CASE("a script that works in another database") {
  CHECK(other_database(script("select 1; insert into z.s.t select * from y.s.t")) == "Z");
  CHECK(other_database(script("create schema z.s")) == "Z");
  CHECK(other_database(script("use schema z.s")) == "Z");
  CHECK(other_database(script("create table s.t as select * from y.s.t; use schema s")).empty());
}

TEST_CASE("a script that names the database") {
  CHECK(names_database(script("select 1; create table prod.s.t (a int)"), "PROD"));
  CHECK(names_database(script("use \"PROD\""), "PROD"));
  CHECK_FALSE(names_database(script("create table production.s.t (a int) -- prod"), "PROD"));
}

}  // namespace cdckit::snow_ddl
