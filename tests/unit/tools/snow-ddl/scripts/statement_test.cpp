#include "tools/snow-ddl/scripts/statement.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string object_of(const std::string& text) {
  const StatementFacts facts = facts_of(text);
  return facts.verb + " " + facts.kind + " " + joined_name(facts.name) + facts.arguments;
}

}  // namespace

TEST_CASE("verb, kind and name of an object") {
  CHECK(object_of("create or replace transient table if not exists a.\"b c\".d (x int)") ==
        R"(CREATE TABLE "A"."b c"."D")");
  CHECK(object_of("create file format ff type = csv") == R"(CREATE FILE FORMAT "FF")");
  CHECK(object_of("drop view if exists v") == R"(DROP VIEW "V")");
  CHECK(object_of("alter dynamic table d suspend") == R"(ALTER DYNAMIC TABLE "D")");
  CHECK(object_of("create database role r") == R"(CREATE DATABASE ROLE "R")");
  CHECK(object_of("create database d") == R"(CREATE DATABASE "D")");
  CHECK(object_of("truncate if exists t") == R"(TRUNCATE TABLE "T")");
  CHECK(object_of("insert overwrite into a..t select 1") == R"(INSERT  "A"."PUBLIC"."T")");
  CHECK(object_of("create procedure p(a number(3,0), b varchar default 'x') returns int as 'y'") ==
        R"(CREATE PROCEDURE "P"(NUMBER(3,0), VARCHAR))");
  CHECK(object_of("/* a */ select 1") == "SELECT  ");
  CHECK(object_of("'x'").starts_with(" "));
}

TEST_CASE("what lives by the session") {
  for (const char* text :
       {"use role x", "USE SECONDARY ROLES ALL", "set a = 1", "unset a", "alter session set x = 1"})
    CHECK_MESSAGE(facts_of(text).session, text);
  CHECK_FALSE(facts_of("alter table t add c int").session);
  CHECK(facts_of("begin").begins);
  CHECK(facts_of("begin transaction").begins);
  CHECK_FALSE(facts_of("begin select 1; end").begins);
  CHECK(facts_of("commit").ends);
  CHECK(facts_of("rollback").ends);
  CHECK(facts_of("create temp table t (a int)").temporary);
  CHECK_FALSE(facts_of("set a = -1.5").computed);
  CHECK_FALSE(facts_of("set a = 'x'").computed);
  CHECK(facts_of("set a = (select max(x) from t)").computed);
  CHECK(facts_of("set a = $b + 1").computed);
  CHECK(facts_of("merge into t using s on a = b when matched then delete").dml);
  CHECK(facts_of("put file:x @s").upload);
}

}  // namespace cdckit::snow_ddl
