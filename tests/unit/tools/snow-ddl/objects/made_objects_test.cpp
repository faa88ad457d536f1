#include "tools/snow-ddl/objects/made_objects.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::string objects_of(const std::string& text, const Place& place = {"D", "S"}) {
  Script script;
  script.statements = split_statements(text, "s");
  std::string out;
  for (const MadeObject& made : made_objects(script, place))
    out += made.kind + " " + made.name + (made.dropped ? " dropped|" : "|");
  return out;
}

}  // namespace

TEST_CASE("objects by their whole names, by connection and USE") {
  CHECK(objects_of("create table t (a int); create view x.y.v as select 1") ==
        R"(TABLE "D"."S"."T"|VIEW "X"."Y"."V"|)");
  CHECK(objects_of("use schema x.y; create file format f type = csv; use database z; create "
                   "sequence q") == R"(FILE_FORMAT "X"."Y"."F"|SEQUENCE "Z"."PUBLIC"."Q"|)");
  CHECK(objects_of("create procedure p(a number, b varchar) returns int as 'x'") ==
        R"(PROCEDURE "D"."S"."P"(NUMBER, VARCHAR)|)");
}

TEST_CASE("each once, as the script leaves it; nothing that has no place or no text") {
  CHECK(objects_of("create table t (a int); alter table t add b int; drop table t") ==
        R"(TABLE "D"."S"."T" dropped|)");
  CHECK(objects_of("alter table t rename to u; alter table u rename column a to b") ==
        R"(TABLE "D"."S"."T" dropped|TABLE "D"."S"."U"|)");
  CHECK(objects_of("create table t (a int)", {}) == "");
  CHECK(objects_of("create temp table t (a int); create database d; create role r; insert into t "
                   "select 1; alter session set x = 1") == "");
}

}  // namespace cdckit::snow_ddl
