#include "tools/walcat/change/silent_changes.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

Relation relation(std::vector<Relation::Column> columns) {
  Relation out;
  out.oid = 7;
  out.schema = "s";
  out.table = "t";
  out.columns = std::move(columns);
  return out;
}

CatalogTable catalog(const Relation& relation) {
  CatalogTable out;
  out.columns.resize(relation.columns.size());
  return out;
}

const std::vector<Relation::Column> kBefore{{"id", 23, -1, true}, {"a", 1700, 10, false}};

}  // namespace

TEST_CASE("a column that came with a default changed the rows that were there") {
  const auto now = relation({kBefore[0], kBefore[1], {"n", 23, -1, false}});
  auto known = catalog(now);
  CHECK(column_changes(kBefore, now, known).empty());  // they have NULL, as every reader thinks
  known.columns[2].default_expression = "7";
  const auto changes = column_changes(kBefore, now, known);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].find("column \"n\" of table \"s.t\" was added") == 0);
  CHECK(changes[0].find("walcat snapshot s.t") != std::string::npos);
  known.columns[2].missing = "7";
  CHECK(column_changes(kBefore, now, known)
            .at(0)
            .ends_with("pg-load --alter gives the value to those that it has"));
  known.columns[2] = {};
  known.columns[2].nullable = false;  // an identity column
  CHECK(column_changes(kBefore, now, known).size() == 1);
}

TEST_CASE("another type may have changed all values") {
  const auto typed = relation({kBefore[0], {"a", 25, -1, false}});
  CHECK(column_changes(kBefore, typed, catalog(typed)).size() == 1);
  const auto scaled = relation({kBefore[0], {"a", 1700, 12, false}});
  CHECK(column_changes(kBefore, scaled, catalog(scaled)).size() == 1);
  const auto dropped = relation({kBefore[0]});
  CHECK(column_changes(kBefore, dropped, catalog(dropped)).empty());
}

TEST_CASE("under a new name sinks have none of the old values") {
  const auto named = relation({kBefore[0], {"b", 1700, 10, false}});
  auto known = catalog(named);
  known.columns[1].default_expression = "1";
  const auto changes = column_changes(kBefore, named, known);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].find("column \"a\" of table \"s.t\" is called \"b\" now") == 0);
  CHECK(changes[0].find("walcat snapshot s.t") != std::string::npos);
}

TEST_CASE("names that changed places are noticed where the types cannot tell") {
  const std::vector<Relation::Column> before{
      {"id", 23, -1, true}, {"a", 25, -1, false}, {"b", 25, -1, false}, {"c", 25, -1, false}};
  const auto swapped = relation({before[0], before[2], before[1], before[3]});
  const auto changes = column_changes(before, swapped, catalog(swapped));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].find("columns of table \"s.t\" have changed names") == 0);
  const auto again = relation({before[0], before[2], before[3], before[1]});  // dropped and added
  CHECK(column_changes(before, again, catalog(again)).size() == 1);
  const auto dropped = relation({before[0], before[3]});
  CHECK(column_changes(before, dropped, catalog(dropped)).empty());
}

TEST_CASE("a longer varchar changes nothing") {
  const std::vector<Relation::Column> before{{"v", 1043, 14, false}};
  const auto now = relation({{"v", 1043, 24, false}});
  CHECK(column_changes(before, now, catalog(now)).empty());
}
