#include "tools/walcat/snapshot/table_facts.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("tables of binary types need no question about output functions") {
  CHECK_THROWS_AS(
      [] {
        pg::Connection connection({.conninfo = "host=127.0.0.1 port=1", .application_name = "t"});
        (void)read_output_functions(connection, {});
      }(),
      base::Error);
}
