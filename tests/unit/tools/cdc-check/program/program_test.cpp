#include "tools/cdc-check/program/program.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;
using cdc_check::tests::codes_of;
using cdc_check::tests::one_rule;
using cdc_check::tests::Row;

namespace {

class Runner {
 public:
  explicit Runner(const std::string& yaml)
      : codes_(codes_of(yaml)), program_(codes_, Side::row, "public", "t", unavailable_) {}

  // Names of what the row breaks.
  std::string run(const std::string& text, Subject subject = {.row = "{}"}) {
    const Row row(text);
    REQUIRE(row.failure() == nullptr);
    subject.row = row.object();
    std::string names;
    for (const Broken& broken : program_.run(subject)) names += broken.code->rule.name + " ";
    program_.settle(names.empty());
    return names;
  }
  void forget(const std::string& text) { program_.forget(Row(text).object()); }
  Program& program() { return program_; }

 private:
  event::Unavailable unavailable_{"?"};
  std::vector<Code> codes_;
  Program program_;
};

}  // namespace

TEST_CASE("a missing column breaks not_null alone, an unchanged one nothing") {
  Runner runner(
      "version: 1\nrules:\n"
      "  - {name: there, kind: not_null, column: a}\n"
      "  - {name: type, kind: type, column: a, type: string}\n"
      "  - {name: length, kind: length, column: a, min: 1}\n"
      "  - {name: range, kind: range, column: a, min: 1}\n"
      "  - {name: unique, kind: unique, column: a, window: 5}\n"
      "  - {name: up, kind: monotonic, column: a}\n"
      "  - {name: expr, kind: expression, expr: a = 'x'}\n"
      "  - {name: fresh, kind: freshness, column: a, max_age: 1s}\n");
  CHECK(runner.run("{}") == "there ");
  CHECK(runner.run(R"({"a":null})") == "there ");
  CHECK(runner.run("{}", {.row = "{}", .unchanged = R"(["a"])"}) == "");
  CHECK(runner.run(R"({"a":"?"})") == "");
  CHECK(runner.run("{}", {.row = "{}", .unchanged = R"(["b"])"}) == "there ");
  CHECK(runner.program().rows() == 5);
}

TEST_CASE("unique within a window") {
  Runner runner(one_rule("kind: unique, column: a, window: 3"));
  CHECK(runner.run(R"({"a":1})") == "");
  CHECK(runner.run(R"({"a":"1"})") == "");
  CHECK(runner.run(R"({"a":1.0})") == "r ");
  CHECK(runner.run(R"({"a":2})") == "");
  CHECK(runner.run(R"({"a":3})") == "");
  CHECK(runner.run(R"({"a":4})") == "");
  CHECK(runner.run(R"({"a":1})") == "");
  CHECK(runner.run(R"({"a":null})") == "");
  CHECK(runner.run(R"({"a":null})") == "");
}

TEST_CASE("several columns are one key; an update is the same row; what is gone is free") {
  Runner runner(one_rule("kind: unique, columns: [a, b], window: 10"));
  CHECK(runner.run(R"({"a":1,"b":"x"})", {.row = "{}", .identity = R"({"id":1})"}) == "");
  CHECK(runner.run(R"({"a":1,"b":"y"})") == "");
  CHECK(runner.run(R"({"a":1,"b":"x"})",
                   {.row = "{}", .identity = R"({"id":1})", .update = true}) == "");
  CHECK(runner.run(R"({"a":1,"b":"x"})",
                   {.row = "{}", .identity = R"({"id":2})", .update = true}) == "r ");
  runner.forget(R"({"a":1,"b":"y"})");
  CHECK(runner.run(R"({"a":1,"b":"y"})") == "");
  CHECK(runner.run(R"({"a":1})") == "");
  CHECK(runner.run(R"({"a":1})") == "");
}

TEST_CASE("a row that does not go on leaves no key and no mark") {
  Runner runner(
      "version: 1\nrules:\n"
      "  - {name: positive, kind: range, column: p, min: 0}\n"
      "  - {name: once, kind: unique, column: a, window: 5}\n"
      "  - {name: up, kind: monotonic, column: a}\n");
  CHECK(runner.run(R"({"a":9,"p":-1})") == "positive ");
  CHECK(runner.run(R"({"a":9,"p":1})") == "");
  CHECK(runner.run(R"({"a":10,"p":-1})") == "positive ");
  CHECK(runner.run(R"({"a":9.5,"p":1})") == "");
}

TEST_CASE("values never go back, for each group") {
  Runner runner(one_rule("kind: monotonic, column: a, by: g"));
  CHECK(runner.run(R"({"g":"x","a":5})") == "");
  CHECK(runner.run(R"({"g":"x","a":5})") == "");
  CHECK(runner.run(R"({"g":"x","a":4.9})") == "r ");
  CHECK(runner.run(R"({"g":"y","a":1})") == "");
  CHECK(runner.run(R"({"g":"x","a":6})") == "");
  CHECK(runner.run(R"({"g":"x","a":5})") == "r ");
  CHECK(runner.run(R"({"a":1})") == "");
  CHECK(runner.run(R"({"g":"y","a":null})") == "");
  CHECK(runner.run(R"({"g":"y","a":0})") == "r ");
  Runner strict(one_rule("kind: monotonic, column: a, strict: true"));
  CHECK(strict.run(R"({"a":"2026-03-01T10:00:00Z"})") == "");
  CHECK(strict.run(R"({"a":"2026-03-01 10:00:00+00"})") == "r ");
  CHECK(strict.run(R"({"a":"2026-03-01 10:00:00.000001"})") == "");
}

TEST_CASE("rules of the whole row, and of expressions") {
  Runner runner(
      "version: 1\nrules:\n"
      "  - {name: shape, kind: json_schema, schema: {required: [a], properties: {b: {type: "
      "integer}}}}\n"
      "  - {name: order, kind: expression, expr: a <= b}\n");
  CHECK(runner.run(R"({"a":1,"b":2})") == "");
  CHECK(runner.run(R"({"a":3,"b":2})") == "order ");
  CHECK(runner.run(R"({"b":"x"})") == "shape ");
  CHECK(runner.run(R"({"b":2})", {.row = "{}", .unchanged = R"(["a"])"}) == "");
  CHECK(runner.run(R"({"a":1,"b":"?"})") == "");
}

TEST_CASE("the age of an event that has no column for it") {
  Runner runner(one_rule("kind: freshness, max_age: 1h"));
  CHECK(runner.run("{}", {.row = "{}", .event_time = "1000000000000000"}) == "r ");
  CHECK(runner.run("{}") == "");
}

TEST_CASE("Debezium's decimals are numbers, whatever rule looks at them") {
  Runner runner(
      "version: 1\nrules:\n"
      "  - {name: up, kind: monotonic, column: n}\n"
      "  - {name: expr, kind: expression, expr: n < 3 and n * 2 <> 1}\n"
      "  - {name: type, kind: type, column: n, type: number}\n"
      "  - {name: enum, kind: enum, column: n, values: [1.5, 2, 2.50, 9]}\n"
      "  - {name: unique, kind: unique, column: n, window: 10}\n");
  std::map<std::string, Encoding, std::less<>> encodings;
  encodings["n"] = {.unit = Unit::guess, .base64_decimal = true, .scale = 2};
  runner.program().set_encodings(encodings);
  CHECK(runner.run(R"({"n":"AJY="})") == "");                             // 1.50
  CHECK(runner.run(R"({"n":{"scale":1,"value":"Dw=="}})") == "unique ");  // 1.5 again
  CHECK(runner.run(R"({"n":"APo="})") == "");                             // 2.50
  CHECK(runner.run(R"({"n":"AMg="})") == "up ");                          // 2.00
  CHECK(runner.run(R"({"n":"A4Q="})") == "expr ");                        // 9.00
  CHECK(runner.run(R"({"n":"?"})") == "");
}

TEST_CASE("only rules about an event's age need its time") {
  CHECK(Runner(one_rule("kind: freshness, max_age: 1s")).program().needs_event_time());
  CHECK_FALSE(
      Runner(one_rule("kind: freshness, column: a, max_age: 1s")).program().needs_event_time());
}
