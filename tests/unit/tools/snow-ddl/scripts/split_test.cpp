#include "tools/snow-ddl/scripts/split.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::vector<std::string> texts_of(const std::string& script) {
  std::vector<std::string> texts;
  for (const SqlStatement& statement : split_statements(script, "s"))
    texts.push_back(statement.text);
  return texts;
}

// One statement, whatever semicolons it holds, and the next one is seen again.
void check_whole(const std::string& statement) {
  CAPTURE(statement);
  const auto texts = texts_of(statement + ";\nselect 2;");
  REQUIRE(texts.size() == 2);
  CHECK(texts[0] == statement);
  CHECK(texts[1] == "select 2");
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("semicolons end statements, the last one may be missing") {
  CHECK(texts_of("select 1;\n select 2 ;select 3") == Texts{"select 1", "select 2", "select 3"});
  CHECK(texts_of(";;").empty());
  CHECK(texts_of("-- nothing\n/* at; all */").empty());
}

TEST_CASE(
    "comments around a statement go, comments inside stay, and the line is that of its first "
    "word") {
  const auto statements =
      split_statements("-- one\n\n/* two */ select -- inside\n 1; -- behind\nselect 2", "s");
  REQUIRE(statements.size() == 2);
  CHECK(statements[0].text == "select -- inside\n 1");
  CHECK(statements[0].line == 3);
  CHECK(statements[1].line == 5);
}

TEST_CASE("strings, names and $$ texts hide semicolons") {
  check_whole("select 'a;b', \"c;d\", 'it''s;', 'x\\';'");
  check_whole("create function f() returns int language javascript as $$ return 1; $$");
  check_whole("execute immediate $$ begin select 1; end; $$");
}

TEST_CASE("blocks of Snowflake Scripting stay whole") {
  check_whole("begin\n let x := 1;\n return x;\nend");
  check_whole("declare\n x int default 1;\nbegin\n x := 2;\nend");
  check_whole("begin\n begin\n select 1;\n end;\n select 2;\nend");
  check_whole("begin if (a) then select 1; elseif (b) then select 2; end if; end");
  check_whole("begin for r in c do insert into t values (r.a); end for; return 1; end");
  check_whole(
      "begin while (a) do a := a - 1; end while; loop break; end loop; repeat a := 1; until (a) "
      "end repeat; end");
  check_whole(
      "begin case (a) when 1 then select 1; else select 2; end case; select case when a then b "
      "end; end");
  check_whole("begin select 1; exception when other then begin select 2; end; end");
  check_whole("begin begin transaction; insert into t values (1); commit; end");
  check_whole(
      "create procedure p() returns string language sql as begin select 1; return 'x'; end");
  check_whole(
      "create or replace procedure p() returns int language sql execute as caller as declare x "
      "int; begin x := 1; end");
  check_whole("create task t schedule = '1 minute' as begin select 1; select 2; end");
}

TEST_CASE("BEGIN of a transaction ends at its semicolon") {
  CHECK(texts_of("begin; insert into t values (1); commit").size() == 3);
  CHECK(texts_of("begin transaction; select 1").size() == 2);
  CHECK(texts_of("BEGIN WORK; select 1").size() == 2);
  CHECK(texts_of("begin name t1; select 1").size() == 2);
}

TEST_CASE("columns that are called like keywords do not open anything") {
  CHECK(texts_of("select t.begin, t.end from t; select 2").size() == 2);
  CHECK(texts_of("select begin, case when a then b end as end from t; select 2").size() == 2);
  CHECK(texts_of("create view v as select a as begin from t; select 2").size() == 2);
  CHECK(texts_of("create table t (\"begin\" int); select 2").size() == 2);
}

TEST_CASE("bodies of alerts and altered tasks are whole, too") {
  check_whole(
      "create alert a warehouse = w schedule = '1 minute' if (exists (select 1 from t where "
      "case when a then b end = 1)) then begin insert into l values (1); call p(); end");
  check_whole("alter task t modify as begin select 1; select 2; end");
  check_whole("create task t when system$stream_has_data('S') as declare x int; begin x := 1; end");
  check_whole(
      "create procedure p() returns table (begin int, end int) as declare c cursor for select "
      "begin, end from t; begin open c; return table(resultset_from_cursor(c)); end");
}

TEST_CASE("in a block, too, columns may be called like keywords") {
  check_whole("begin select t.begin, end from t; insert into t (begin, end) values (1, 2); end");
  check_whole("begin update t set end = 1 where begin < end; return case when a then 1 end; end");
  check_whole("begin select a as begin, b as end from t; let x := (select end from t); end");
}

TEST_CASE("bodies that come late, one in the other, or with rights of their own") {
  check_whole("create task t execute as user u as begin select 1; select 2; end");
  check_whole("create procedure p() returns int execute as restricted caller as begin x(); end");
  check_whole("alter alert a modify action begin insert into l values (1); call p(); end");
  check_whole("alter alert a modify condition exists (select 1 from t where begin < end)");
  check_whole(
      "with p as procedure (a int) returns int language sql as begin let x := 1; return x; end "
      "call p(1)");
  check_whole("with a as (select 1 as begin) select begin from a");
  check_whole(
      "declare p procedure () returns int language sql as declare x int; begin x := 1; return x; "
      "end; begin call p(); end");
  check_whole("declare c cursor for select a as begin from t; begin open c; end");
  check_whole("begin declare x int; begin x := 1; end; select 2; end");
  check_whole("begin create task t as begin select 1; select 2; end; alter task t resume; end");
  check_whole(
      "begin create alert a if (exists (select 1)) then begin call p(); end; call q(); end");
  check_whole("begin if (x) then begin transaction; commit; end if; end");
}

TEST_CASE("loops in the branches of a CASE") {
  check_whole(
      "begin case when a then repeat b := 1; until (c) end repeat; else for r in c do x(); end "
      "for; end case; select 2; end");
  check_whole(
      "begin case (a) when 1 then while (b) do begin x(); end; end while; end; select 2; end");
}

TEST_CASE("begin and end as columns inside of CASE") {
  check_whole(
      "begin update t set a = case when begin < end then end - begin else end end; select 2; end");
  check_whole("begin select case when end then begin when a then end end from t; end");
  check_whole("begin select case when a and end then 1 else begin end, end from t; end");
  check_whole(
      "begin case when a then select begin, end from t; else begin call p(); end; end; end");
}

TEST_CASE("aliases in views are no blocks") {
  CHECK(texts_of("create view v as select 1 as begin where 1 = 1; select 2").size() == 2);
  CHECK(texts_of("create view v as select a as begin from t order by begin; select 2").size() == 2);
  CHECK(texts_of("create task t as select 1 as begin; alter task t resume").size() == 2);
}

TEST_CASE("$ in names and texts") {
  CHECK(texts_of("create function f() returns int as $$ select 1; $$; select 2;").size() == 2);
  CHECK(texts_of("select '$$; not a body', $1, t.$2 from @s; select 3;").size() == 2);
  check_whole("create function f() returns int as$$ select 1; $$");
  CHECK(texts_of("select a$$b from t; select 2").size() == 2);
  CHECK(texts_of("select 1; -- c").size() == 1);
  CHECK(texts_of("\xC3\xBC").size() == 1);
}

}  // namespace cdckit::snow_ddl
