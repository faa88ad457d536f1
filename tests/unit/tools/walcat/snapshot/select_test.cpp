#include "tools/walcat/snapshot/select.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

PublishedTable table() {
  PublishedTable out;
  out.relation = {.oid = 1,
                  .schema = "s",
                  .table = "T\"",
                  .identity = 'd',
                  .columns = {{"a", 23, -1, true}, {"b c", 25, -1, false}}};
  return out;
}

}  // namespace

TEST_CASE("a table is read by the columns and rows that are published") {
  PublishedTable source = table();
  CHECK(copy_statement(select_of(source, {}), {}) ==
        R"(COPY "s"."T""" ("a", "b c") TO STDOUT (FORMAT binary))");
  source.condition = "(a > 1)";
  CHECK(
      copy_statement(select_of(source, {}), {}) ==
      R"(COPY (SELECT "a", "b c" FROM ONLY "s"."T""" WHERE ((a > 1))) TO STDOUT (FORMAT binary))");
  source.partitioned = true;
  CHECK(copy_statement(select_of(source, {}), {}) ==
        R"(COPY (SELECT "a", "b c" FROM "s"."T""" WHERE ((a > 1))) TO STDOUT (FORMAT binary))");
}

TEST_CASE("parts are blocks, behind every other filter") {
  PublishedTable source = table();
  TableSelect select = select_of(source, {});
  CHECK(
      copy_statement(select, {0, 7}) ==
      R"(COPY (SELECT "a", "b c" FROM ONLY "s"."T""" WHERE (ctid < '(7,0)'::pg_catalog.tid)) TO STDOUT (FORMAT binary))");
  select.filters = {"x OR y"};
  CHECK(
      copy_statement(select, {7, {}}) ==
      R"(COPY (SELECT "a", "b c" FROM ONLY "s"."T""" WHERE (x OR y) AND (ctid >= '(7,0)'::pg_catalog.tid)) TO STDOUT (FORMAT binary))");
}

TEST_CASE("leaves are read in the place of their root") {
  PublishedTable root = table();
  root.partitioned = true;
  root.condition = "(a > 1)";
  const LeafName leaf{"p", "one"};
  CHECK(copy_statement(select_leaf(root, leaf, {}, {}), {}) ==
        R"(COPY "p"."one" ("a", "b c") TO STDOUT (FORMAT binary))");
  // conditions may name the root
  CHECK(
      copy_statement(select_leaf(root, leaf, {}, {"(a > 1)"}), {0, 7}) ==
      R"(COPY (SELECT "a", "b c" FROM ONLY "p"."one" AS "T""" WHERE ((a > 1)) AND (ctid < '(7,0)'::pg_catalog.tid)) TO STDOUT (FORMAT binary))");
  CHECK(copy_statement(select_leaf(root, {"p", "far", true}, {}, {}), {}) ==
        R"(COPY (SELECT "a", "b c" FROM ONLY "p"."far") TO STDOUT (FORMAT binary))");
  CHECK(select_statement(select_of(root, {}), "1") == R"(SELECT 1 FROM "s"."T""" WHERE ((a > 1)))");
}

TEST_CASE("generated columns can be read, though not by COPY of the table itself") {
  PublishedTable source = table();
  CHECK(select_of(source, {}).plain);
  source.generated = true;
  CHECK(copy_statement(select_of(source, {}), {0, {}}).starts_with("COPY (SELECT "));
}

TEST_CASE("types without a binary form come as the text of their output function") {
  PublishedTable source = table();
  source.relation.columns = {{"i", 869, -1, true}, {"d", 50000, -1, false}, {"n", 23, -1, false}};
  const auto select =
      select_of(source, {{869, {"pg_catalog.inet_out", ""}}, {50000, {"s.o", "s.base"}}});
  CHECK(select.columns ==
        R"(pg_catalog.textin(pg_catalog.inet_out("i")), pg_catalog.textin(s.o("d"::s.base)), "n")");
  CHECK(select.forms == std::vector<cdckit::pg::BinaryForm>{cdckit::pg::BinaryForm::text,
                                                            cdckit::pg::BinaryForm::text,
                                                            cdckit::pg::BinaryForm::int4});
  CHECK_FALSE(select.plain);
  source.relation.columns = {{"r", 1790, -1, false}};
  CHECK(select_of(source, {{1790, {"", ""}}}).columns ==
        R"(CASE WHEN "r" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "r") END)");
}
