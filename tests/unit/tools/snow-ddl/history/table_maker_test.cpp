#include "tools/snow-ddl/history/table_maker.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

const HistoryTable kTable{"D", "S", "T"};

}  // namespace

TEST_CASE("a table that is there is only used") {
  FakeServer server;
  (void)run_on_table(server.execute(), kTable, "A INT", "SELECT 1");
  CHECK(server.texts() == "SELECT 1|");
}

TEST_CASE("a missing table is made, and nothing around it that is there") {
  FakeServer server;
  server.fail_next("SELECT", "002003");
  (void)run_on_table(server.execute(), kTable, "A INT", "SELECT 1");
  CHECK(server.texts() == R"(SELECT 1|CREATE TABLE "D"."S"."T" (A INT)|SELECT 1|)");
}

TEST_CASE("schema and database are made when they are missing") {
  FakeServer server;
  server.fail_next("CREATE TABLE", "002003");
  server.fail_next("CREATE SCHEMA", "002003");
  make_table(server.execute(), kTable, "A INT");
  CHECK(server.texts() ==
        R"(CREATE TABLE "D"."S"."T" (A INT)|CREATE SCHEMA "D"."S"|CREATE DATABASE "D"|)"
        R"(CREATE SCHEMA IF NOT EXISTS "D"."S"|CREATE TABLE "D"."S"."T" (A INT)|)");
}

TEST_CASE("one that somebody else makes at the same time is used") {
  FakeServer server;
  server.fail_next("SELECT", "002003");
  server.fail_next("CREATE TABLE", "002002");
  CHECK(run_on_table(server.execute(), kTable, "A INT", "SELECT 1").handle == "handle-3");
}

TEST_CASE("what is there, but not for this role, is a matter of rights") {
  FakeServer server;
  server.fail_next("SELECT", "002003");
  server.fail_next("SELECT", "002003");
  server.fail_next("CREATE TABLE", "002002");
  try {
    (void)run_on_table(server.execute(), kTable, "A INT", "SELECT 1");
    FAIL("used");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::permission);
    CHECK(std::string(error.hint()).find("GRANT SELECT") != std::string::npos);
  }
}

}  // namespace cdckit::snow_ddl
