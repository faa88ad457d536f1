#include "tools/walcat/snapshot/snapshot.hpp"

#include "common/base/error.hpp"

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

TEST_CASE("a snapshot that cannot be imported says so") {
  CHECK_THROWS_AS(
      [] {
        pg::Connection connection({.conninfo = "host=127.0.0.1 port=1", .application_name = "t"});
        import_snapshot(connection, "00000003-0000001B-1");
      }(),
      base::Error);
  CHECK_FALSE(std::is_copy_constructible_v<Snapshot>);
}
