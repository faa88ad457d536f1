#include "tools/pg-load/events/truncates.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

// What is emptied, and what is not, is in tests/integration/pg-load.
TEST_CASE("tables wait to be emptied until they are forgotten") {
  Truncates truncates;
  CHECK(truncates.empty());
  const EventTable table(tests::sample(), {}, {}, tests::plain_stream());
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  REQUIRE(decoder.decode(R"({"after":null,"source":{"schema":"s","table":"t"},"op":"t"})",
                         false,
                         kind,
                         event) == nullptr);
  truncates.add(1, table, event);
  CHECK_FALSE(truncates.empty());
  truncates.clear();
  CHECK(truncates.empty());
}
