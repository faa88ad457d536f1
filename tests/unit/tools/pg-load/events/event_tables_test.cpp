#include "tools/pg-load/events/event_tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("a table that was not used before is not known") {
  const Options options;
  EventTables tables(options);
  cdckit::event::Event event;
  event.source = R"({"schema":"s","table":"t"})";
  CHECK(tables.find(event) == nullptr);
  int visited = 0;
  tables.for_each([&](EventTable&) { ++visited; });
  CHECK(visited == 0);
  tables.clear();
  CHECK(tables.find(event) == nullptr);
}
