#include "tools/snow-ddl/run/server_check.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

// n:problem of each statement that was asked about
std::string checked(const std::string& script, FakeServer& server) {
  const ScriptFolder folder;
  folder.add("V1__a.sql", script);
  const auto scripts = load_scripts({folder.path()});
  std::string out;
  for (const auto& [owner, statements] :
       check_on_server(make_plan(scripts, {}, {}), server.execute())) {
    for (const auto& [number, problem] : statements)
      out += std::to_string(number + 1) + ":" + problem + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("queries and DML are explained, objects described") {
  CHECK(asking_text("select 1") == "EXPLAIN USING TEXT select 1");
  CHECK(asking_text("create or replace view v (a) as with x as (select 1) select * from x") ==
        "EXPLAIN USING TEXT with x as (select 1) select * from x");
  CHECK(asking_text("create table t as (select 1 as a)") == "EXPLAIN USING TEXT (select 1 as a)");
  CHECK(asking_text("alter table s.t add column c int") == "DESCRIBE TABLE \"S\".\"T\"");
  CHECK(asking_text("drop view v") == "DESCRIBE VIEW \"V\"");
}

TEST_CASE("what cannot be asked") {
  for (const char* text : {"create table t (a int default 1)",
                           "drop table if exists t",
                           "alter table if exists t add column c int",
                           "create function f() returns int as $$ select 1 $$",
                           "grant select on t to role r",
                           "begin select 1; end",
                           "call p()",
                           "use schema s"})
    CHECK_MESSAGE(asking_text(text).empty(), text);
}

TEST_CASE("what leans on the plan itself is not asked") {
  FakeServer server;
  CHECK(checked("create table t (a int); insert into t select 1; alter table u rename to v; "
                "select * from v; select * from w",
                server) == "3: 5: ");
  CHECK(checked("begin drop table x; end; select 1", server).empty());
  CHECK(checked("set a = 1; select $a", server).empty());
  CHECK(checked("create schema s; use schema s; select * from t", server).empty());
}

TEST_CASE("what the server says is kept, and where it is asked") {
  FakeServer server;
  server.fail_next("EXPLAIN", "002003", base::ErrorKind::unavailable, "no such thing");
  CHECK(checked("use schema x.y; select * from t; select 1", server) == "2:no such thing 3: ");
  CHECK(server.statements.at(0).schema == "Y");
  FakeServer other;
  other.fail_next("EXPLAIN", "000002");
  CHECK(checked("select * from t", other).empty());
  ServerChecks checks;
  CHECK_FALSE(has_problem(checks));
  const Script script{};
  checks[&script][0] = "x";
  CHECK(has_problem(checks));
}

}  // namespace cdckit::snow_ddl
