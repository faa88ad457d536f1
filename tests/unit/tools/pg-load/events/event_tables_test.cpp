#include "tools/pg-load/events/event_tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("where the events of a table go") {
  Options options;
  CHECK(target_name(options, "S", "T").schema == "S");
  options.maps = {"s.t=other", "u=w.\"U\""};
  CHECK(target_name(options, "s", "t").table == "other");
  CHECK(target_name(options, "s", "t").schema.empty());
  CHECK(target_name(options, "x", "u").table == "U");
  CHECK(target_name(options, "x", "t").table == "t");
  options.table = "all";
  CHECK(target_name(options, "x", "u").table == "all");
}
