#include "tools/pg-load/events/refusal_search.hpp"

#include <set>

#include <doctest/doctest.h>

using cdckit::pg_load::first_refused;

// With a server: tests/integration/pg-load/test_events.py, deferred constraints.
TEST_CASE("the first that is refused is found in a few tries") {
  for (std::uint64_t end = 1; end <= 40; ++end) {
    for (std::uint64_t bad = 1; bad <= end; ++bad) {
      CAPTURE(end);
      CAPTURE(bad);
      std::set<std::uint64_t> tried;
      CHECK(first_refused(0, end, [&](std::uint64_t count) {
              tried.insert(count);
              return count < bad;
            }) == bad);
      CHECK(tried.size() <= 6);
      CHECK(tried.count(end) == 0);  // that the whole does not pass is known
    }
  }
}

TEST_CASE("what passed before is not tried again") {
  CHECK(first_refused(7, 9, [](std::uint64_t count) {
          CHECK(count == 8);
          return true;
        }) == 9);
}
