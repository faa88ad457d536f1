#include "common/pg/catalog_sql.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a hole is filled wherever it stands") {
  CHECK(pg::filled("{a} b {a}", "{a}", "x") == "x b x");
  CHECK(pg::filled("{a}", "{a}", "{a}{a}") == "{a}{a}");
}

TEST_CASE("what is filled in is not looked at again") {
  const std::array<std::pair<std::string_view, std::string>, 2> texts{
      {{"{table}", "\"{values}\""}, {"{values}", "1"}}};
  CHECK(pg::filled_once("UPDATE {table} SET {values}, {other} {", texts) ==
        "UPDATE \"{values}\" SET 1, {other} {");
}
