#include "tools/snow-ddl/plan/live_objects.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

snow::StatementResult columns(const std::vector<std::string>& names) {
  snow::StatementResult result;
  result.columns = {text_column("name"), text_column("type")};
  for (const std::string& name : names) result.rows.push_back({name, "VARCHAR(10)"});
  return result;
}

std::string losses(const ScriptFolder& folder, FakeServer& server) {
  const auto scripts = load_scripts({folder.path()});
  std::string out;
  for (const auto& [script, lost] :
       losses_of(make_plan(scripts, {}, {}), LiveObjects(server.execute()))) {
    for (const auto& [statement, why] : lost)
      out += std::to_string(statement + 1) + " " + why + "|";
  }
  return out;
}

}  // namespace

TEST_CASE("a table that is not there, or that the plan itself made, loses nothing") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "create or replace table t (a int); create or replace table t (b int)");
  FakeServer server;
  server.fail_next("DESCRIBE TABLE", "002003");
  CHECK(losses(folder, server) == "");
  CHECK(server.statements.size() == 1);
}

TEST_CASE("columns that a replaced table no longer has are named") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "use schema x.y; create or replace table t as select a, b from t");
  FakeServer server;
  server.answer("DESCRIBE TABLE", columns({"A", "B", "C"}));
  CHECK(losses(folder, server) == "2 replaces TABLE T, without column C|");
  CHECK(server.statements[0].database == "X");
  CHECK(server.statements[0].schema == "Y");
}

TEST_CASE("columns of a definition and of a select list") {
  const std::vector<std::string> live{"A", "B", "c"};
  CHECK(columns_left_out("create table t (a number(3, 1), \"c\" int)", live) ==
        std::vector<std::string>{"B"});
  CHECK(
      columns_left_out("create table t as select x.a, f(1, 2) as b, y \"c\" from t", live).empty());
  CHECK(columns_left_out("create table t as select * from t", live).empty());
  CHECK(columns_left_out("create table t clone u", live).empty());
}

TEST_CASE("a type is narrower than the one that is there, or than the plan made it") {
  const ScriptFolder folder;
  folder.add("V1__a.sql",
             "alter table t alter column a type varchar(20);"
             "alter table t alter column a type varchar(15), column b set data type varchar(9);"
             "begin execute immediate 'alter table t modify b varchar(8)'; end");
  FakeServer server;
  server.answer("DESCRIBE TABLE", columns({"A", "B"}));
  CHECK(losses(folder, server) ==
        "2 narrows column A of TABLE T from VARCHAR(20) to VARCHAR(15); narrows column B of TABLE "
        "T from VARCHAR(10) to VARCHAR(9)|3 narrows column B of TABLE T from VARCHAR(9) to "
        "VARCHAR(8)|");
}

TEST_CASE("CREATE OR ALTER drops what it leaves out") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "create or alter table t (a varchar(10), c int)");
  FakeServer server;
  server.answer("DESCRIBE TABLE", columns({"A", "B"}));
  CHECK(losses(folder, server) == "1 drops column B of TABLE T|");
  FakeServer empty;
  empty.fail_next("DESCRIBE TABLE", "002003");
  CHECK(losses(folder, empty) == "");
}

TEST_CASE("types of a table that cannot be described may be narrower") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "alter table t alter column a type varchar(20)");
  FakeServer server;
  server.fail_next("DESCRIBE TABLE", "003001");
  CHECK(losses(folder, server) == "1 may narrow a column of TABLE T|");
}

TEST_CASE("what cannot be described is taken to be there") {
  FakeServer server;
  server.fail_next("DESCRIBE", "001003");
  CHECK(LiveObjects(server.execute()).columns("STAGE", {"S"}, {}).has_value());
}

}  // namespace cdckit::snow_ddl
