#include "tools/snow-ddl/plan/destructive.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string loss_of(const std::string& statement) {
  std::string all;
  for (const Destruction& found : find_destructions(statement))
    all += (all.empty() ? "" : "; ") + found.why;
  return all;
}

}  // namespace

TEST_CASE("texts that a variable carries to EXECUTE IMMEDIATE, and files of stages") {
  const auto count = [](const char* text) { return find_destructions(text).size(); };
  CHECK(count("begin let s := 'drop table t'; execute immediate :s; end") == 1);
  CHECK(count("declare s text default 'truncate table t'; begin execute immediate s; end") == 1);
  CHECK(count("begin let s := 'drop table t'; return s; end") == 0);
  CHECK(count("begin execute immediate 'select 1'; insert into l values ('drop table t'); end") ==
        0);
  CHECK(count("set s = 'drop table t'") == 1);
  CHECK(count("set s = 'x'") == 0);
  CHECK(count("remove @s/old") == 1);
  CHECK(count("rm @s") == 1);
  CHECK(count("delete from t where true") == 1);
  CHECK(count("delete from t where 1 = 1") == 1);
  CHECK(count("delete from t where 1 = 1 and a = 2") == 0);
}

TEST_CASE("what takes something away") {
  CHECK(loss_of("drop table a.b") == "drops TABLE A.B");
  CHECK(loss_of("truncate table t") == "empties TABLE T");
  CHECK(loss_of("create or replace table t (a int)") == "replaces TABLE T");
  CHECK(find_destructions("create or replace transient table a.t as select 1").at(0).replaced ==
        std::vector<std::string>{"A", "T"});
  CHECK(loss_of("alter table t drop column c") == "drops a column of TABLE T");
  CHECK(loss_of("alter table t drop c") == "drops a column of TABLE T");
  for (const char* text : {"alter table t alter column c set data type number(3)",
                           "alter table t alter c type varchar(5)",
                           "alter table t modify column c varchar(5)",
                           "drop view v",
                           "drop schema s",
                           "delete from t",
                           "insert overwrite into t select 1",
                           "execute immediate 'drop table t'",
                           "execute immediate $$ begin delete from t; end $$",
                           "execute immediate 'drop table ' || name",
                           "begin if (a) then drop table t; end if; end",
                           "begin execute immediate 'truncate table t'; end",
                           "declare x int; begin alter table t drop column c; end",
                           "create or replace schema s",
                           "create or replace stage s"})
    CHECK_MESSAGE(loss_of(text) != "", text);
}

TEST_CASE("each loss of a block is found, and what only the server can judge is told with it") {
  CHECK(loss_of("begin create or replace table t (a int); drop table u; end") ==
        "replaces TABLE T; drops TABLE U");
  CHECK(loss_of("execute immediate 'alter table t alter c type int; delete from u'") ==
        "may narrow a column of TABLE T; deletes all rows of \"U\"");
  const auto found = find_destructions("execute immediate 'alter table s.t modify c varchar(3)'");
  REQUIRE(found.size() == 1);
  CHECK(found[0].replaced == std::vector<std::string>{"S", "T"});
  CHECK(found[0].retyped == std::vector<TypedColumn>{{"C", "VARCHAR(3)"}});
  CHECK(find_destructions("create or alter table t (a int)").at(0).keeps_rows);
}

TEST_CASE("what does not") {
  for (const char* text : {"create table t (a int)",
                           "create or replace view v as select 1",
                           "create or replace procedure p() returns int as $$ drop table t $$",
                           "create or replace task x as begin drop table t; end",
                           "alter table t alter column c drop not null",
                           "alter table t drop constraint c",
                           "alter table t drop primary key",
                           "alter table t modify column c comment 'drop'",
                           "alter table t add column c int",
                           "alter table t rename column a to b",
                           "delete from t where a = 1",
                           "delete from t using s where t.a = s.a",
                           "merge into t using s on a = b when matched then delete",
                           "begin merge into t using s on a = b when matched then delete; end",
                           "begin insert into t values (1); end",
                           "insert into t values ('drop table t')",
                           "execute immediate 'select 1'",
                           "select 'drop table t'",
                           "grant drop on t to role r"})
    CHECK_MESSAGE(loss_of(text) == "", text);
}

}  // namespace cdckit::snow_ddl
