#include "tools/pg-load/rows/row_merge.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/input_of.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("the SQLSTATE of what the server said") {
  const pg::ServerError server(base::ErrorKind::data, "x", "23505", "");
  CHECK(sqlstate_of(server) == "23505");
  CHECK(sqlstate_of(base::Error(base::ErrorKind::data, "x")).empty());
}
