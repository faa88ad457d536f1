#include "tools/cdc-check/expression/evaluator.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/expression/parser.hpp"
#include "tools/cdc-check/program/columns.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

// 't', 'f' or 'n' for null.
char verdict(const std::string& expression, const std::string& json) {
  const ExpressionCode code = parse_expression(expression, {"f", 1, 1});
  Columns columns;
  for (const Path& path : code.columns) columns.add(path);
  const tests::Row row(json);
  REQUIRE(row.failure() == nullptr);
  columns.find(row.object());
  Evaluator evaluator(code);
  const auto result = evaluator.run(columns.values());
  return !result ? 'n' : *result ? 't' : 'f';
}

// What a sign is when its sides change places.
std::string turned(const std::string& sign) {
  if (sign.starts_with('<') && sign != "<>") return ">" + sign.substr(1);
  return sign.starts_with('>') ? "<" + sign.substr(1) : sign;
}

}  // namespace

TEST_CASE("values and null as in SQL") {
  const std::string row =
      R"({"i":3,"d":0.1,"s":"abc","u":"Z\u00fcrich","t":true,"f":false,"z":null,"o":{"x":5},"l":[1],)"
      R"("num":"12.50","when":"2026-03-01T10:00:00Z","later":"2026-03-01 12:00:01+01","big":9007199254740993})";
  const std::pair<const char*, char> cases[]{{"i = 3", 't'},
                                             {"i = 3.0", 't'},
                                             {"i <> 3", 'f'},
                                             {"i < 4 and i > 2", 't'},
                                             {"i >= 3 and i <= 3", 't'},
                                             {"d + 0.2 = 0.3", 't'},
                                             {"d * 3 = 0.3", 't'},
                                             {"i / 2 = 1.5", 't'},
                                             {"i - 5 = -2", 't'},
                                             {"-i = -3", 't'},
                                             {"i / 0 = 1", 'n'},
                                             {"big = 9007199254740993", 't'},
                                             {"big = 9007199254740992", 'f'},
                                             {"s = 'abc'", 't'},
                                             {"s = 'ABC'", 'f'},
                                             {"upper(s) = 'ABC'", 't'},
                                             {"lower('ABC') = s", 't'},
                                             {"s < 'abd'", 't'},
                                             {"length(u) = 6", 't'},
                                             {"u = 'Zürich'", 't'},
                                             {"length(s) * 2 = 6", 't'},
                                             {"abs(0 - i) = 3", 't'},
                                             {"z = 1", 'n'},
                                             {"z <> 1", 'n'},
                                             {"z is null", 't'},
                                             {"z is not null", 'f'},
                                             {"missing is null", 't'},
                                             {"missing = 1 or i = 3", 't'},
                                             {"missing = 1 and i = 3", 'n'},
                                             {"missing = 1 and i = 4", 'f'},
                                             {"not missing = 1", 'n'},
                                             {"z in (1, 2)", 'n'},
                                             {"i in (1, 2, 3)", 't'},
                                             {"i in (1, 2)", 'f'},
                                             {"i in (1, null)", 'n'},
                                             {"i in (3, null)", 't'},
                                             {"i not in (1, null)", 'n'},
                                             {"i not in (1, 2)", 't'},
                                             {"s in ('x', 'abc')", 't'},
                                             {"t", 't'},
                                             {"f", 'f'},
                                             {"not f", 't'},
                                             {"t and not f", 't'},
                                             {"t = true", 't'},
                                             {"z", 'n'},
                                             {"i", 'n'},
                                             {"o.x = 5", 't'},
                                             {"o.y is null", 't'},
                                             {"l is null", 'f'},
                                             {"l = 1", 'f'},
                                             {"num = 12.5", 't'},
                                             {"num > 12", 't'},
                                             {"num + 1 = 13.5", 't'},
                                             {"s > 5", 'n'},
                                             {"s = 5", 'f'},
                                             {"s <> 5", 't'},
                                             {"when < later", 't'},
                                             {"when > '2026-03-01 09:59:59'", 't'},
                                             {"when = '2026-03-01 10:00:00+00'", 't'},
                                             {"i + z = 3", 'n'},
                                             {"t > f", 't'},
                                             {"t = 'true'", 'f'},
                                             {"length(i) = 1", 'n'},
                                             {"i is not null and s is not null", 't'},
                                             {"null is null or i = 0", 't'},
                                             {"i = null", 'n'},
                                             {"o = o", 't'}};
  for (const auto& [expression, wanted] : cases)
    CHECK_MESSAGE(verdict(expression, row) == wanted, expression);
}

TEST_CASE("one evaluator for many rows") {
  const ExpressionCode code = parse_expression("lower(a) = 'x' or b > 1", {"f", 1, 1});
  Evaluator evaluator(code);
  const std::string_view first[]{"\"X\"", "0"};
  const std::string_view second[]{"", "2"};
  const std::string_view third[]{"\"y\"", "1"};
  CHECK(evaluator.run(first) == true);
  CHECK(evaluator.run(second) == true);
  CHECK(evaluator.run(third) == false);
}

TEST_CASE("a column beside a short number, decided early or late") {
  const char* values[]{"-3",
                       "-0",
                       "0",
                       "1",
                       "1.0",
                       "1e0",
                       "1.5",
                       "1.4999999999999999999",
                       "2",
                       "12",
                       "1e9",
                       "\"1.5\"",
                       "\"\"",
                       "true",
                       "[1]",
                       "null",
                       "\"x\"",
                       "{}",
                       "123456789012345678901234567890"};
  for (const char* sign : {"=", "<>", "<", "<=", ">", ">="}) {
    for (const char* literal : {"0", "1", "1.5", "-3", "1000000000", "0.0000000001"}) {
      const std::string early = std::string("a ") + sign + " " + literal;
      const std::string late = std::string(literal) + " " + turned(sign) + " a";  // by decimals
      for (const char* value : values) {
        const std::string row = std::string("{\"a\":") + value + "}";
        CAPTURE(value);
        CHECK_MESSAGE(verdict(early, row) == verdict(late, row), early);
      }
    }
  }
}

TEST_CASE("numbers that are times stand beside texts that are times") {
  const ExpressionCode code = parse_expression("d < '2026-03-01'", {"f", 1, 1});
  Evaluator evaluator(code);
  const auto run = [&](std::string_view value) {
    const auto result = evaluator.run(std::span(&value, 1));
    return !result ? 'n' : *result ? 't' : 'f';
  };
  evaluator.set_unit(0, Unit::days);
  CHECK(run("20512") == 't');  // 2026-02-28
  CHECK(run("20513") == 'f');
  evaluator.set_unit(0, Unit::microseconds);
  CHECK(run("1772323199999999") == 't');
  CHECK(run("1772323200000000") == 'f');
  CHECK(verdict("'10:00:00' < t", R"({"t":36000000001})") == 't');  // microseconds of a day
  CHECK(verdict("t < 'noon'", R"({"t":1})") == 'n');
}
