#include "tools/pg-load/events/target_owners.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <utility>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

// Whose rows a later run finds is in tests/integration/pg-load/test_shared_targets.py.
TEST_CASE("the picture of one of two tables that --map sends to one target is refused") {
  Options options;
  options.maps = {"public.a=t", "b=t", "c=u"};
  const TargetTable target = tests::sample();
  event::Control border;
  border.schema = "public";
  border.table = "c";
  CHECK_NOTHROW(require_alone(options, target, border));
  for (const auto& [name, other] : {std::pair("a", "\"b\""), {"b", "\"public.a\""}}) {
    CAPTURE(name);
    border.table = name;
    border.parts = 1;
    try {
      require_alone(options, target, border);
      FAIL("not refused");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::config);
      CHECK(std::string(error.what()).find(other) != std::string::npos);
      CHECK(std::string(error.what()).find(name) != std::string::npos);
    }
    border.parts = 2;  // with other partitions of its root, of which the other may be one
    CHECK_NOTHROW(require_alone(options, target, border));
  }
}

TEST_CASE("of a source without positions nothing is kept") {
  const Options options;
  EventTables tables(options);
  PositionStore positions;
  TargetOwners(options, tables, positions).note();
  CHECK(positions.moves().empty());
}
