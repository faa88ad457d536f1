#include "tools/walcat/encode/table.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

Relation composite(char identity, bool flagged = true) {
  Relation relation{
      .oid = 1, .schema = "public", .table = "t", .identity = identity, .columns = {}};
  relation.columns = {{"a", 23, -1, flagged}, {"b", 25, -1, false}, {"c", 23, -1, flagged}};
  return relation;
}

Table build(const Relation& relation) {
  auto catalog = walcat_test::describe(relation);
  catalog.primary_key = {"c", "a"};
  return build_table(relation, catalog, PlainEncoding());
}

Value of(std::string_view bytes) {
  return {'t', bytes};
}

}  // namespace

TEST_CASE("keys have the order of their index") {
  const CatalogTable catalog{.columns = {}, .primary_key = {"c", "a"}, .identity_index = {"b"}};
  CHECK(choose_key(composite('d'), catalog) == std::vector<std::string>{"c", "a"});
  CHECK(choose_key(composite('f'), catalog) == std::vector<std::string>{"c", "a"});
  CHECK(choose_key(composite('n', false), catalog) == std::vector<std::string>{"c", "a"});
}

TEST_CASE("when the catalog has moved on the message's own flags count") {
  CHECK(choose_key(composite('d'), {.columns = {}, .primary_key = {"b"}, .identity_index = {}}) ==
        std::vector<std::string>{"a", "c"});
  CHECK(choose_key(composite('i'), {.columns = {}, .primary_key = {"b"}, .identity_index = {}}) ==
        std::vector<std::string>{"a", "c"});
  CHECK(choose_key(composite('f'), {.columns = {}, .primary_key = {"gone"}, .identity_index = {}})
            .empty());
  CHECK(
      choose_key(composite('d', false), {.columns = {}, .primary_key = {"a"}, .identity_index = {}})
          .empty());
}

TEST_CASE("rows, keys and what was left out") {
  const Table table = build(composite('d'));
  const std::vector<Value> row{of("1"), {'u', {}}, {'n', {}}};
  std::string out;
  append_row(out, table, row);
  CHECK(out == R"({"a":1,"c":null})");
  out.clear();
  append_key(out, table, row);
  CHECK(out == R"({"c":null,"a":1})");
  out.clear();
  append_old_key_row(out, table, row);
  CHECK(out == R"({"a":1,"c":null})");
  out.clear();
  append_unchanged(out, table, row);
  CHECK(out == R"(,"unchanged":["b"])");
  out.clear();
  append_unchanged(out, table, std::vector<Value>{of("1"), of("x"), of("2")});
  CHECK(out.empty());
}

TEST_CASE("a row of another width is against the protocol") {
  const Table table = build(composite('d'));
  std::string out;
  CHECK_THROWS_AS(append_row(out, table, std::vector<Value>{of("1")}), cdckit::base::Error);
  CHECK_THROWS_AS(append_key(out, table, std::vector<Value>{of("1")}), cdckit::base::Error);
}

TEST_CASE("a value in binary is against the protocol, never NULL") {
  const Table table = build(composite('d'));
  const std::vector<Value> row{{'b', "\x01"}, of("x"), of("1")};
  std::string out;
  CHECK_THROWS_AS(append_row(out, table, row), cdckit::base::Error);
  CHECK_THROWS_AS(append_key(out, table, row), cdckit::base::Error);
  CHECK_THROWS_AS(append_old_key_row(out, table, row), cdckit::base::Error);
}

TEST_CASE("keys are compared by value") {
  const Table table = build(composite('d'));
  const std::vector<Value> one{of("1"), of("x"), of("2")};
  CHECK(same_key(table, one, std::vector<Value>{of("1"), of("y"), of("2")}));
  CHECK_FALSE(same_key(table, one, std::vector<Value>{of("1"), of("x"), of("3")}));
  CHECK_FALSE(same_key(table, one, std::vector<Value>{of("1"), of("x"), {'n', {}}}));
}

TEST_CASE("operations have fixed places in the counters") {
  for (const char op : kOps) CHECK(kOps[op_index(op)] == op);
}
