#include "tools/cdc-check/report/summary.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;

TEST_CASE("ratios for people") {
  CHECK(percent(0.0123) == "1.23 %");
  CHECK(percent(1) == "100 %");
  CHECK(percent(0) == "0 %");
}

TEST_CASE("a rule that nothing broke") {
  const auto codes =
      cdc_check::tests::codes_of(cdc_check::tests::one_rule("kind: not_null, column: a"));
  metrics::Registry registry;
  const Tally tally(codes, registry);
  CHECK(summary_line(tally.rules().front()) == "rule \"r\" (quarantine): 0 of 0 lines (0 %)");
  CHECK(tally.rules().front().last_reason().empty());
}
