#include "tools/cdc-check/program/check.hpp"

#include "common/base/clock.hpp"
#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;
using cdc_check::tests::codes_of;
using cdc_check::tests::one_rule;

namespace {

struct Values {
  const char* rule;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

void try_all(const Values& values, const Encoding& encoding = {}) {
  auto codes = codes_of(one_rule(values.rule));
  Check check;
  check.kind = codes.front().rule.kind;
  check.code = &codes.front();
  check.encoding = encoding;
  prepare(check);
  std::string scratch;
  CAPTURE(values.rule);
  for (const char* value : values.good)
    CHECK_MESSAGE(check_value(check, value, scratch) == nullptr, value);
  for (const char* value : values.bad)
    CHECK_MESSAGE(check_value(check, value, scratch) != nullptr, value);
}

}  // namespace

TEST_CASE("values that keep a rule, and values that break it") {
  const Values cases[]{
      {"kind: type, column: a, type: integer",
       {"0", "-1", "1.0", "1e3", "-0.0", "123456789012345678901234567890", "1.50e1", "100e-2"},
       {"1.5",
        "1e-1",
        "true",
        R"("1")",
        "[1]",
        "{}",
        R"("")",
        "1.0000000000000000000000000000000000000000001"}},
      {"kind: type, column: a, type: number",
       {"0", "1.5", "-1e-9"},
       {R"("1")", "false", "[]", "{}"}},
      {"kind: type, column: a, type: string", {R"("")", R"("a")"}, {"1", "true", "[]", "{}"}},
      {"kind: type, column: a, type: boolean", {"true", "false"}, {"1", "0", R"("true")", "[]"}},
      {"kind: type, column: a, type: object", {"{}", R"({"a":1})"}, {"[]", "1", R"("{}")"}},
      {"kind: type, column: a, type: array", {"[]", "[1,2]"}, {"{}", "1", R"("[]")"}},
      {"kind: range, column: a, min: 0, max: 100",
       {"0",
        "100",
        "100.0",
        "1e2",
        "0.0",
        "-0",
        "99.99999999999999999999999999999999999999999",
        "99.9999999999999",
        "0.000000000000001",
        "-0.00",
        "100.000000000000",
        R"("50")",
        R"("1e1")"},
       {"-1",
        "101",
        "-0.00000000000000000000000000000000000000000001",
        "-0.000000000000001",
        "100.000000000000001",
        "-0.5",
        "100.5",
        "100.00000000000000000000000000000000000001",
        R"("x")",
        R"("")",
        "true",
        "[]",
        R"("NaN")",
        R"("Infinity")",
        R"("-Infinity")",
        "1e400",
        "99999999999999999999"}},
      {"kind: range, column: a, min: 0.1",
       {"0.1", "0.10", "1", R"("Infinity")", R"("NaN")"},
       {"0.09", "0", R"("-Infinity")"}},
      {"kind: range, column: a, max: -5",
       {"-5", "-6", "-5.0", R"("-Infinity")"},
       {"-4.999", "0", R"("NaN")"}},
      {"kind: range, column: a, min: 9007199254740993",
       {"9007199254740993", "9007199254740994"},
       {"9007199254740992"}},
      {"kind: range, column: a, min: 12345678901234567890123456789012345678",
       {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678.1"},
       {"12345678901234567890123456789012345677.9999999999999999"}},
      {"kind: range, column: a, min: '2026-01-01', max: '2026-12-31T23:59:59Z'",
       {R"("2026-01-01")",
        R"("2026-06-01 12:00:00+02")",
        R"("2026-12-31T23:59:59")",
        "20600",
        "1780000000",
        "1780000000000",
        "1780000000000000",
        "1780000000000000000",
        R"("2027-01-01T00:30:00+01:00")"},
       {R"("2025-12-31")",
        R"("2027-01-01")",
        R"("infinity")",
        R"("-infinity")",
        R"("2026")",
        R"("x")",
        "true",
        "1",
        "{}"}},
      {"kind: range, column: a, min: '0044-01-01 BC'",
       {R"("0043-12-31 BC")", R"("2026-01-01")"},
       {R"("0045-12-31 BC")"}},
      {"kind: range, column: a, min: '2026-01-01', unit: ms",
       {"1780000000000"},
       {"1780000000", "0"}},
      {"kind: range, column: a, min: '08:00:00', max: '18:00:00'",
       {R"("08:00:00")",
        R"("17:59:59.999")",
        R"("18:00:00")",
        R"("20:00:00+02:00")",
        "36000000000"},
       {R"("07:59:59")", R"("18:00:01")", R"("2026-01-01")", "0"}},
      {"kind: length, column: a, min: 2, max: 3",
       {R"("ab")",
        R"("abc")",
        R"("üü")",
        R"("\u00fc\u00fc")",
        R"("😀😀")",
        R"("\ud83d\ude00\ud83d\ude00")",
        "12"},
       {R"("a")", R"("")", R"("abcd")", R"("\n")", "1", "[1,2]", "{}"}},
      {"kind: length, column: a, min: 1", {R"("a")"}, {R"("")"}},
      {"kind: regex, column: a, pattern: '^[A-Z]{2}\\d+$'",
       {R"("AB1")", R"("ZZ123")", R"("\u0041B1")"},
       {R"("ab1")", R"("AB")", R"("AB1x")", R"("")", "1", "[]", R"("AB1\n")"}},
      {"kind: regex, column: a, pattern: '^\\d{5}$'", {"12345", R"("12345")"}, {"1234", "12345.0"}},
      {"kind: regex, column: a, pattern: 'z.rich'",
       {R"("in z\u00fcrich")", R"("zxrich")"},
       {R"("zrich")"}},
      {"kind: enum, column: a, values: [a, 1, 2.5, true, 'x\"y']",
       {R"("a")", "1", "1.0", "2.50", "true", R"("x\"y")", R"("x\u0022y")"},
       {R"("b")", "2", R"("1")", "false", R"("true")", "[]", R"("A")"}},
      {"kind: json_schema, column: a, schema: {type: integer, minimum: 3}",
       {"3", "4.0"},
       {"2", R"("3")", "null"}},
  };
  for (const Values& one : cases) try_all(one);
}

TEST_CASE("values as Debezium writes them") {
  try_all({"kind: range, column: a, min: '2026-01-01'", {"1780000000000000"}, {"0", "20600"}},
          {.unit = Unit::microseconds});
  try_all({"kind: range, column: a, min: 4, max: 5", {R"("AeI=")", "4.5"}, {R"("/w==")", R"("x")"}},
          {.base64_decimal = true, .scale = 2});
}

TEST_CASE("age") {
  const auto seconds_ago = [](std::int64_t seconds) {
    return base::unix_microseconds() - seconds * 1'000'000;
  };
  for (const std::int64_t factor : {1, 1000}) {
    const std::string young = std::to_string(seconds_ago(10) / 1'000'000 * factor);
    const std::string old = std::to_string(seconds_ago(100) / 1'000'000 * factor);
    try_all({"kind: freshness, column: a, max_age: 60s", {young.c_str()}, {old.c_str()}});
  }
  const std::string young = "\"" + base::format_utc(seconds_ago(10)) + "\"";
  const std::string old = "\"" + base::format_utc(seconds_ago(100)) + "\"";
  const std::string future = "\"" + base::format_utc(seconds_ago(-1000)) + "\"";
  try_all({"kind: freshness, column: a, max_age: 60s",
           {young.c_str(), future.c_str(), R"("infinity")"},
           {old.c_str(), R"("x")", "true", R"("2020-01-01")"}});
}
