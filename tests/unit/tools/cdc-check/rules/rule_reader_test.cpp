#include "tools/cdc-check/rules/rule_reader.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;
using tests::one_rule;
using tests::refusal;

namespace {

Rule rule(const std::string& body) {
  return parse_rules(one_rule(body), "rules.yaml").front();
}

}  // namespace

TEST_CASE("what a rule may be") {
  for (const char* body : {"kind: not_null, column: a",
                           "kind: type, column: a, type: integer",
                           "kind: range, column: a, min: 0",
                           "kind: range, column: a, max: '2026-01-01'",
                           "kind: range, column: a, min: '08:00:00', max: '18:00:00'",
                           "kind: range, column: a, min: 2026-01-01T00:00:00Z, unit: ms",
                           "kind: length, column: a, min: 1, max: 1",
                           "kind: regex, column: a, pattern: '^a$'",
                           "kind: enum, column: a, values: [1, x, true, null]",
                           "kind: unique, column: a, window: 10",
                           "kind: unique, columns: [a, b.c], window: 10, max_bad_ratio: 0.1",
                           "kind: freshness, max_age: 5m",
                           "kind: freshness, column: a, max_age: 60",
                           "kind: monotonic, column: a",
                           "kind: monotonic, column: a, by: [b, c], strict: true",
                           "kind: expression, expr: a > 0",
                           "kind: expression, expr: a > 0, column: a, description: text",
                           "kind: json_schema, schema: {type: object}",
                           "kind: json_schema, column: a, schema: true",
                           "kind: not_null, column: a, max_bad_ratio: 0.01, window: 1000",
                           "kind: not_null, column: a, max_bad_ratio: 1, window: 1"})
    CHECK_MESSAGE(refusal(one_rule(body)) == "", body);
}

TEST_CASE("what a rule cannot be, with what was meant") {
  const std::pair<const char*, const char*> cases[]{
      {"kind: not_nul, column: a",
       "rules.yaml:3:21\": there is no kind \"not_nul\" | Did you mean not_null?"},
      {"kind: frob, column: a", "Known: not_null, type, range"},
      {"column: a", "\"kind\" is missing"},
      {"kind: not_null", "a rule of kind not_null needs \"column\""},
      {"kind: not_null, colunm: a", "has no key \"colunm\" | Did you mean column?"},
      {"kind: not_null, column: a, min: 1", "a rule of kind not_null has no key \"min\""},
      {"kind: not_null, column: [a, b]", "\"column\" is text"},
      {"kind: not_null, column: a..b", "a part of the column"},
      {"kind: not_null, column: ''", "\"column\" is text"},
      {"kind: not_null, column: a, severity: warning", "Known: warn, quarantine, stop"},
      {"kind: not_null, column: a, severity: [warn]", "is one word"},
      {"kind: not_null, column: a, on: after", "there is no part of a line \"after\""},
      {"kind: type, column: a, type: int", "there is no type \"int\""},
      {"kind: type, column: a, type: strin", "Did you mean string?"},
      {"kind: range, column: a", "needs min or max"},
      {"kind: range, column: a, min: x", "is a number, a date or a time, not \"x\""},
      {"kind: range, column: a, min: 2, max: 1", "max is below min"},
      {"kind: range, column: a, min: 2, max: '2026-01-01'", "not of one kind"},
      {"kind: range, column: a, min: 1, unit: h", "there is no unit \"h\""},
      {"kind: length, column: a, min: -1", "a length is a whole number"},
      {"kind: length, column: a, max: 1.5", "a length is a whole number"},
      {"kind: regex, column: a, pattern: '('", "the pattern \"(\" is none"},
      {"kind: enum, column: a, values: []", "a list of at least one value"},
      {"kind: enum, column: a, values: x", "a list of at least one value"},
      {"kind: enum, column: a, values: [[1]]", "a value of an enum"},
      {"kind: unique, column: a", "needs \"window\""},
      {"kind: unique, window: 10", "needs \"column\""},
      {"kind: unique, column: a, columns: [b], window: 1", "the same thing"},
      {"kind: unique, column: a, window: 0", "a whole number from 1"},
      {"kind: unique, column: a, window: 1.5", "a whole number from 1"},
      {"kind: foreign, column: a, file: /nowhere/x.txt", "could not open \"/nowhere/x.txt\""},
      {"kind: freshness, column: a, max_age: soon", "is a duration"},
      {"kind: monotonic, column: a, strict: 1", "is true or false"},
      {"kind: expression, expr: a >", "at character 4: it ends too early"},
      {"kind: json_schema, schema: {typ: object}",
       "a schema has no word \"typ\" | Did you mean type?"},
      {"kind: json_schema, schema: nowhere.json", "could not open"},
      {"kind: not_null, column: a, max_bad_ratio: 0.1", "needs \"window\""},
      {"kind: not_null, column: a, window: 10", "needs \"max_bad_ratio\""},
      {"kind: not_null, column: a, window: 10, max_bad_ratio: 1.1", "a number from 0 to 1"},
      {"kind: not_null, column: a, window: 10, max_bad_ratio: -0.1", "a number from 0 to 1"}};
  for (const auto& [body, wanted] : cases) {
    const std::string got = refusal(one_rule(body));
    CHECK_MESSAGE(got.find(wanted) != std::string::npos, got);
  }
  CHECK(refusal("version: 1\nrules: [x]").find("a rule is a mapping") != std::string::npos);
  CHECK(refusal("version: 1\nrules: [{kind: not_null, column: a}]").find("\"name\" is missing") !=
        std::string::npos);
}

TEST_CASE("ratios are counted exactly") {
  CHECK(rule("kind: not_null, column: a, window: 100, max_bad_ratio: 0.29").most_bad == 29);
  CHECK(rule("kind: not_null, column: a, window: 1000, max_bad_ratio: 0.0005").most_bad == 0);
  CHECK(rule("kind: not_null, column: a, window: 3, max_bad_ratio: 1").most_bad == 3);
  CHECK(rule("kind: not_null, column: a, window: 10, max_bad_ratio: 0").most_bad == 0);
}
