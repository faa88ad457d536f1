#include "tools/cdc-check/report/tally.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/report/summary.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;

TEST_CASE("lines, bad ones, the last of them, and a window that is too bad") {
  auto codes = cdc_check::tests::codes_of(
      cdc_check::tests::one_rule("kind: not_null, column: a, window: 3, max_bad_ratio: 0.5"));
  const cdckit::event::Unavailable never("");
  Program program(codes, Side::row, "", "", never);
  metrics::Registry registry;
  Tally tally(codes, registry);
  const Code* too_many = nullptr;
  std::uint64_t line = 0;
  for (const char* text :
       {R"({"a":1})", "{}", R"({"a":2})", R"({"a":2})", R"({"a":null})", R"({"a":null})"}) {
    CHECK(too_many == nullptr);
    const cdc_check::tests::Row row(text);
    const auto& broken = program.run({.row = row.object()});
    too_many = tally.add(broken, {&program}, ++line, "p");
    if (broken.empty()) tally.passed();
    if (!broken.empty()) tally.quarantined();
  }
  CHECK(too_many == &codes.front());
  tally.refresh({program.rows()});
  CHECK(tally.rows() == 6);
  CHECK(tally.passed_rows() == 3);
  CHECK(tally.rules().front().bad == 3);
  CHECK(tally.rules().front().last_line == 6);
  CHECK(tally.rules().front().ratio() == doctest::Approx(0.5));
  CHECK(summary_line(tally) == "6 lines: 3 passed, 3 kept back");
  CHECK(summary_line(tally.rules().front()) ==
        "rule \"r\" (quarantine): 3 of 6 lines (50 %), the last one line 6: column \"a\" is null");
  const std::string text = registry.text();
  CHECK(text.find("cdc_check_rule_bad_rows_total{rule=\"r\",severity=\"quarantine\"} 3") !=
        std::string::npos);
  CHECK(text.find("cdc_check_rows_total 6") != std::string::npos);
  CHECK(text.find("cdc_check_quarantined_rows_total 0") != std::string::npos);
  CHECK_FALSE(tally.all_kept());
  tally.kept();
  tally.refresh({program.rows()});
  CHECK(tally.all_kept());
  CHECK(registry.text().find("cdc_check_quarantined_rows_total 3") != std::string::npos);
}
