#include "tools/walcat/snapshot/snapshot.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("a table is read by the columns and rows that are published") {
  PublishedTable table;
  table.relation = {.oid = 1,
                    .schema = "s",
                    .table = "T\"",
                    .identity = 'd',
                    .columns = {{"a", 23, -1, true}, {"b c", 25, -1, false}}};
  CHECK(copy_statement(table) == R"(COPY "s"."T""" ("a", "b c") TO STDOUT)");
  table.condition = "(a > 1)";
  CHECK(copy_statement(table) ==
        R"(COPY (SELECT "a", "b c" FROM ONLY "s"."T""" WHERE (a > 1)) TO STDOUT)");
  table.partitioned = true;
  CHECK(copy_statement(table) ==
        R"(COPY (SELECT "a", "b c" FROM "s"."T""" WHERE (a > 1)) TO STDOUT)");
}

TEST_CASE("the words of source.snapshot") {
  CHECK(snapshot_word({}) == "true");
  CHECK(snapshot_word({.first_of_all = true, .first_in_table = true}) == "first");
  CHECK(snapshot_word({.first_in_table = true}) == "first_in_data_collection");
  CHECK(snapshot_word({.last_in_table = true}) == "last_in_data_collection");
  CHECK(snapshot_word({.first_in_table = true, .last_in_table = true}) ==
        "last_in_data_collection");
  CHECK(snapshot_word({.first_of_all = true, .last_in_table = true}) == "first");
  CHECK(snapshot_word({.first_of_all = true, .last_in_table = true, .last_of_all = true}) ==
        "last");
}
