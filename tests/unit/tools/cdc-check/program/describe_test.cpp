#include "tools/cdc-check/program/describe.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;
using tests::codes_of;
using tests::one_rule;

TEST_CASE("what is asked, and what is wrong, in words") {
  struct Case {
    const char* rule;
    const char* asked;
    const char* row;
    const char* wrong;
  };
  const Case cases[]{
      {"kind: not_null, column: a",
       "column \"a\" is there and not null",
       "{}",
       "column \"a\" is missing"},
      {"kind: not_null, column: a",
       "column \"a\" is there and not null",
       R"({"a":null})",
       "column \"a\" is null"},
      {"kind: type, column: a, type: integer",
       "column \"a\" is of type integer",
       R"({"a":"x"})",
       "column \"a\": \"x\" is no integer"},
      {"kind: range, column: a, min: 0, max: 9",
       "column \"a\" is from 0 up to 9",
       R"({"a":10})",
       "column \"a\": 10 is above the maximum 9"},
      {"kind: length, column: a, min: 2",
       "column \"a\" has a length from 2 characters",
       R"({"a":"x"})",
       "column \"a\": \"x\" is too short (min 2)"},
      {"kind: enum, column: a, values: [x, 1]",
       "column \"a\" is one of \"x\", 1",
       R"({"a":2})",
       "column \"a\": 2 is none of the values \"x\", 1"},
      {"kind: expression, expr: a > 1", "a > 1 is not false", R"({"a":1})", "a > 1 is false"},
      {"kind: json_schema, schema: {required: [b]}",
       "the row fits a JSON schema of 1 parts",
       "{}",
       "the row does not fit the schema: #/required"},
      {"kind: unique, columns: [a, b], window: 5",
       "columns \"a\", \"b\" is not seen again within 5 lines",
       "",
       ""},
      {"kind: monotonic, column: a, by: [b, c]",
       "column \"a\" never goes back for each b, c",
       "",
       ""},
      {"kind: freshness, max_age: 90s", "the event is not older than 90s", "", ""},
  };
  const cdckit::event::Unavailable never("");
  for (const Case& one : cases) {
    auto codes = codes_of(one_rule(one.rule));
    CHECK(describe(codes.front()) == one.asked);
    if (one.row[0] == '\0') continue;
    Program program(codes, Side::row, "", "", never);
    const tests::Row row(one.row);
    const auto& broken = program.run({.row = row.object()});
    REQUIRE(broken.size() == 1);
    CHECK(describe(broken.front()) == one.wrong);
  }
}
