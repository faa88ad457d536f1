#include "tools/walcat/snapshot/snapshot.hpp"

#include <type_traits>

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

TEST_CASE("a snapshot has one owner") {
  CHECK_FALSE(std::is_copy_constructible_v<Snapshot>);
}
