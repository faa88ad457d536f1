#include "tools/walcat/change/known_tables.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

Relation announced(std::uint32_t oid, const std::string& name) {
  return {.oid = oid,
          .schema = "public",
          .table = name,
          .columns = {{"id", 23, -1, true}, {"a", 25, -1, false}}};
}

struct Bench {
  CatalogTable describe(const Relation& relation) {
    asked.push_back(relation.xid);
    CatalogTable table = walcat_test::describe(relation);
    table.composites = composites;
    table.next_xid = 7;
    if (table.columns.size() == 3) {
      table.columns[2].missing = "x";
      table.columns[2].changed = changed;
    }
    return table;
  }

  PlainEncoding encoding;
  CompositeFacts composites;
  std::vector<std::uint32_t> asked;
  std::uint32_t changed = 0;  // of the third column
  KnownTables tables{{.filter = {{}, {"hidden"}},
                      .encoding = encoding,
                      .describe = [this](const Relation& relation) { return describe(relation); },
                      .server_name = "n"}};
};

}  // namespace

TEST_CASE("a table is known once it was announced") {
  Bench bench;
  CHECK_THROWS_AS(bench.tables.at(1, {}), base::Error);
  bench.tables.relation(announced(1, "t"), {.xid = 5, .commit = 9, .number = 1});
  Table& table = bench.tables.at(1, {.xid = 5, .commit = 9, .number = 1});
  CHECK(table.shape.table == "t");
  CHECK(bench.asked == std::vector<std::uint32_t>{5});
  table.announced = true;
  bench.tables.relation(announced(1, "t"), {.xid = 6});
  CHECK(table.announced);  // nothing has changed
  bench.tables.relation(announced(1, "renamed"), {.xid = 7});
  CHECK_FALSE(table.announced);
}

TEST_CASE("what old rows have of a new column is told to those who saw the table without it") {
  Bench bench;
  Relation wider = announced(1, "t");
  wider.columns.push_back({"n", 25, -1, false});
  const auto told = [&](std::uint32_t xid) {
    bench.tables.relation(wider, {.xid = xid});
    return bench.tables.at(1, {.xid = xid}).shape.columns[2].missing.has_value();
  };
  bench.changed = 9;
  SUBCASE("streamed before the change") {
    bench.tables.relation(announced(1, "t"), {.xid = 8});
    CHECK(told(10));
    CHECK_FALSE(told(11));  // a column of theirs by now
  }
  SUBCASE("read before the change") {
    (void)bench.tables.snapshot_table(announced(1, "t"));
    CHECK(told(10));
  }
  SUBCASE("a column that was there and was left out so far") {
    bench.tables.relation(announced(1, "t"), {.xid = 10});
    CHECK_FALSE(told(11));
  }
  SUBCASE("never seen") {
    CHECK_FALSE(told(10));
  }
}

TEST_CASE("of a table that is not selected nothing is asked") {
  Bench bench;
  bench.tables.relation(announced(1, "hidden"), {});
  CHECK_FALSE(bench.tables.at(1, {}).selected);
  CHECK(bench.asked.empty());
}

TEST_CASE("types that may have changed are asked for once in a transaction that is newer") {
  Bench bench;
  bench.composites = {.any = true, .changes = {3}, .as_of = 100};
  bench.tables.relation(announced(1, "t"), {.xid = 5, .commit = 90, .number = 1});
  (void)bench.tables.at(1, {.xid = 5, .commit = 90, .number = 1});
  (void)bench.tables.at(1, {.xid = 6, .commit = 100, .number = 2});
  CHECK(bench.asked.size() == 1);
  bench.composites.as_of = 300;
  (void)bench.tables.at(1, {.xid = 7, .commit = 200, .number = 3});
  (void)bench.tables.at(1, {.xid = 7, .commit = 200, .number = 3});
  (void)bench.tables.at(1, {.xid = 8, .commit = 210, .number = 4});
  CHECK(bench.asked == std::vector<std::uint32_t>{5, 7});
}
