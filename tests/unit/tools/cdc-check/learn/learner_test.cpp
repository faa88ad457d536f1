#include "tools/cdc-check/learn/learner.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("rules by table that the lines keep, with their evidence") {
  Learner learner;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    const tests::Row event(R"({"key":{"id":)" + number + R"(},"before":null,"after":{"id":)" +
                           number +
                           R"(,"a.b":"x"},"source":{"schema":"public","table":"t"},"op":"c"})");
    learner.add_event(event.event());
    const tests::Row row(R"({"n":)" + number + R"(,"kafka":{"topic":"x"}})");
    learner.add_row(row.event());
  }
  CHECK(learner.rows() == 40);
  const std::string text = learner.rules(0);
  CHECK(text.find("  # 20 rows, as many values\n  - name: public.t.id unique\n    kind: unique\n   "
                  " table: public.t\n") != std::string::npos);
  CHECK(text.find("kafka") == std::string::npos);
  const auto codes = tests::codes_of(text);
  CHECK(codes.size() > 8);
  bool dotted = false;
  for (const Code& code : codes) dotted = dotted || code.rule.columns.front() == Path{"a.b"};
  CHECK(dotted);
  CHECK(Learner().rules(0).empty());
}
