#include "tools/cdc-check/commands/explain.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("a rule in words and as it is compiled") {
  CHECK(explain(tests::codes_of(tests::one_rule("kind: range, column: a.b, min: 0, severity: stop, "
                                                "table: 'public.*', window: 10, max_bad_ratio: 0.2",
                                                "positive"))) ==
        "positive (range, stop)\n"
        "  asks     column \"a.b\" is from 0\n"
        "  on       rows, and `after` of events of tables public.*\n"
        "  else     the run stops (65)\n"
        "  stops    when more than 2 of the last 10 lines are bad\n"
        "  compiled column a.b · range >= 0\n");
}
