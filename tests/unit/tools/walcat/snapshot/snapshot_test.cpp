#include "tools/walcat/snapshot/snapshot.hpp"

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

// Everything that a snapshot does with a server is in tests/integration/walcat; what it does
// without one is in the tests of its parts.
TEST_CASE("a table is as many parts as its files have") {
  SnapshotTable table;
  CHECK(table.parts() == 0);
  table.sources = {{{}, {{0, 7}, {7, {}}}}, {{}, {{}}}};
  CHECK(table.parts() == 3);
}

TEST_CASE("the partitions of each root are numbered") {
  std::vector<Table> shapes(5);
  shapes[0].shape.root = {.schema = "s", .table = "r"};
  shapes[2].shape.root = {.schema = "s", .table = "r"};
  shapes[3].shape.root = {.schema = "s", .table = "alone"};
  shapes[4].shape.root = {.schema = "s", .table = "r"};
  std::vector<SnapshotTable> tables(shapes.size());
  for (std::size_t i = 0; i < shapes.size(); ++i) tables[i].table = &shapes[i];
  number_leaves(tables);
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected = {
      {1, 3}, {1, 1}, {2, 3}, {1, 1}, {3, 3}};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    CAPTURE(i);
    CHECK(tables[i].leaf == expected[i].first);
    CHECK(tables[i].leaves == expected[i].second);
  }
}

TEST_CASE("a snapshot has one owner") {
  CHECK_FALSE(std::is_copy_constructible_v<Snapshot>);
}
