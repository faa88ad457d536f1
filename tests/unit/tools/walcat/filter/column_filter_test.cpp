#include "tools/walcat/filter/column_filter.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <array>
#include <cstdlib>

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

// id int key, name varchar(3), note text, n int not null
struct Bench {
  Relation relation{.oid = 1, .schema = "public", .table = "t", .identity = 'd', .columns = {}};
  CatalogTable catalog;
  Table table;

  Bench() {
    relation.columns = {{"id", 23, -1, true},
                        {"name", 1043, 7, false},
                        {"note", 25, -1, false},
                        {"n", 23, -1, false}};
    catalog = walcat_test::describe(relation);
    catalog.columns[3].nullable = false;
  }
  std::string row(const FilterOptions& options) {
    ColumnFilter filter(options);
    table = build_table(relation, catalog, PlainEncoding());
    filter.apply(table, relation, catalog);
    std::string out;
    const std::array<Value, 4> values{
        Value{'t', "1"}, Value{'t', "abc"}, Value{'t', "secret"}, Value{'t', "7"}};
    append_key(out, table, values);
    out += ' ';
    append_row(out, table, values);
    return out;
  }
};

}  // namespace

TEST_CASE("globs look at as much of the name as they have dots") {
  const cdckit::event::TableSchema shape{"public", "t", "default", {}, {}};
  CHECK(column_fits("na*", shape, "name"));
  CHECK(column_fits("t.name", shape, "name"));
  CHECK(column_fits("public.t.name", shape, "name"));
  CHECK(column_fits("*.*.name", shape, "name"));
  CHECK_FALSE(column_fits("u.name", shape, "name"));
  CHECK_FALSE(column_fits("other.t.name", shape, "name"));
}

TEST_CASE("columns are left out of rows and shape, the key stays") {
  Bench bench;
  CHECK(bench.row({.columns = {"public.t.note"}}) == R"({"id":1} {"id":1,"note":"secret"})");
  CHECK(bench.table.shape.columns.size() == 2);
  CHECK(bench.table.shape.columns[1].name == "note");
  CHECK(bench.row({.exclude_columns = {"n*", "id"}}) == R"({"id":1} {"id":1})");
  const std::array<Value, 4> toast{Value{'t', "1"}, Value{'u', ""}, Value{'u', ""}, Value{'n', ""}};
  CHECK(bench.row({.exclude_columns = {"name"}}).find("abc") == std::string::npos);
  std::string unchanged;
  append_unchanged(unchanged, bench.table, toast);
  CHECK(unchanged == R"(,"unchanged":["note"])");
}

TEST_CASE("masks fit into the column and keep what is null") {
  Bench bench;
  CHECK(bench.row({.masks = {{.columns = "n*"}}}) ==
        R"({"id":1} {"id":1,"name":"***","note":"*****","n":null})");
  CHECK(bench.table.shape.columns[3].nullable);
  CHECK(bench.row({.masks = {{.columns = "name", .hash = true, .salt = "Jefe"},
                             {.columns = "note", .hash = true, .salt = "Jefe"}}}) ==
        R"({"id":1} {"id":1,"name":"7cf","note":")"
        R"(ccbefab7ad5929e7a28089ffb03b7e22362d04977b5977149037d725ed9461de","n":7})");
  std::string out;
  const std::array<Value, 4> nulls{};
  append_row(out, bench.table, nulls);
  CHECK(out == R"({"id":null,"name":null,"note":null,"n":null})");
}

TEST_CASE("salts come from files and variables too") {
  ::setenv("WALCAT_TEST_SALT", "Jefe", 1);
  Bench bench;
  const auto typed = bench.row({.masks = {{.columns = "note", .hash = true, .salt = "Jefe"}}});
  CHECK(bench.row({.masks = {{.columns = "note", .hash = true, .salt = "$WALCAT_TEST_SALT"}}}) ==
        typed);
  ::unsetenv("WALCAT_TEST_SALT");
  CHECK_THROWS_AS(
      bench.row({.masks = {{.columns = "note", .hash = true, .salt = "$WALCAT_TEST_SALT"}}}),
      cdckit::base::Error);
  CHECK_THROWS_AS(bench.row({.masks = {{.columns = "note", .hash = true, .salt = "@/no/file"}}}),
                  cdckit::base::Error);
}

TEST_CASE("a masked key must still tell rows apart") {
  Bench bench;
  CHECK_THROWS_AS(bench.row({.masks = {{.columns = "id"}}}), cdckit::base::Error);
  CHECK_THROWS_AS(bench.row({.masks = {{.columns = "id", .hash = true, .salt = "x"}}}),
                  cdckit::base::Error);
  bench.relation.identity = 'f';
  for (auto& column : bench.relation.columns) column.key = true;
  const FilterOptions hashed{.masks = {{.columns = "note", .hash = true, .salt = "x"}},
                             .keys = {{.table = "t", .columns = {"note"}}}};
  const auto row = bench.row(hashed);
  CHECK(row.starts_with(R"({"note":")"));
  CHECK(row.find("secret") == std::string::npos);
}

TEST_CASE("another key needs the old row to carry it") {
  Bench bench;
  FilterOptions options{.keys = {{.table = "public.*", .columns = {"name", "id"}}}};
  CHECK_THROWS_AS(bench.row(options), cdckit::base::Error);
  options.ops = parse_ops("c,r");
  CHECK(bench.row(options).starts_with(R"({"name":"abc","id":1} )"));
  CHECK(bench.table.shape.key == std::vector<std::string>{"name", "id"});
  options.ops.set();
  bench.relation.columns[1].key = true;
  CHECK(bench.row(options).starts_with(R"({"name":"abc","id":1} )"));
  options.keys.front().columns = {"missing"};
  CHECK_THROWS_AS(bench.row(options), cdckit::base::Error);
}

TEST_CASE("a flag that fits nothing is known by its name, never by its salt") {
  Bench bench;
  ColumnFilter filter({.masks = {{.columns = "nme", .hash = true, .salt = "Jefe"}}});
  CHECK_FALSE(filter.idle());
  Table table = build_table(bench.relation, bench.catalog, PlainEncoding());
  filter.apply(table, bench.relation, bench.catalog);
  CHECK(filter.unmatched() == "--mask nme");
  CHECK(ColumnFilter(FilterOptions{}).idle());
}
