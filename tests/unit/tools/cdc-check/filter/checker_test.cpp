#include "tools/cdc-check/filter/checker.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;
using cdc_check::tests::codes_of;
using cdc_check::tests::Row;

namespace {

std::string names(const std::vector<Broken>& broken) {
  std::string out;
  for (const Broken& one : broken) out += one.code->rule.name + " ";
  return out;
}

std::string line_of(const std::string& op,
                    const std::string& members,
                    const std::string& table = "t") {
  return R"({"key":{"id":1},)" + members + R"(,"source":{"schema":"public","table":")" + table +
         R"(","ts_us":1},"op":")" + op + "\"}";
}

std::string check_event(Checker& checker, const std::string& text) {
  const Row row(text);
  REQUIRE(row.failure() == nullptr);
  REQUIRE(row.event().op != 0);
  const std::string out = names(checker.check_event(row.event()));
  checker.settle(out.empty());
  return out;
}

}  // namespace

TEST_CASE("sides and tables") {
  Checker checker(
      codes_of("version: 1\nrules:\n"
               "  - {name: row, kind: not_null, column: a, table: public.t}\n"
               "  - {name: key, kind: type, column: id, type: string, on: key}\n"
               "  - {name: gone, kind: range, column: a, max: 5, on: before, table: t}\n"
               "  - {name: other, kind: not_null, column: z, table: 'u*'}\n"),
      event::kUnavailable);
  CHECK(check_event(checker, line_of("c", R"("before":null,"after":{"a":1})")) == "key ");
  CHECK(check_event(checker, line_of("u", R"("before":null,"after":{"b":1})")) == "row key ");
  CHECK(check_event(checker, line_of("r", R"("before":null,"after":{"a":1})", "u2")) ==
        "other key ");
  CHECK(check_event(checker, line_of("d", R"("before":{"a":9},"after":null)")) == "gone key ");
  CHECK(check_event(checker, line_of("d", R"("before":{"a":9},"after":null)", "v")) == "key ");
  CHECK(
      check_event(
          checker,
          R"({"key":null,"before":null,"after":null,"source":{"schema":"public","table":"t"},"op":"t"})") ==
      "");
  CHECK(
      check_event(checker,
                  line_of("u", R"("before":null,"after":{"a":"__debezium_unavailable_value"})")) ==
      "key ");
  CHECK(checker.rows_by_rule() == std::vector<std::uint64_t>{3, 6, 1, 1});
}

TEST_CASE("a key with its schema around it") {
  Checker checker(
      codes_of(cdc_check::tests::one_rule("kind: type, column: id, type: string, on: key")),
      event::kUnavailable);
  const auto line = [](const char* id) {
    return std::string(R"({"key":{"schema":{"type":"struct"},"payload":{"id":)") + id +
           R"(}},"schema":{},"payload":{"before":null,"after":{"a":1},"source":{"schema":"s","table":"t"},"op":"c"}})";
  };
  CHECK(check_event(checker, line(R"("x")")) == "");
  CHECK(check_event(checker, line("7")) == "r ");
}

TEST_CASE("the age of an event whose source tells milliseconds alone, or nothing") {
  Checker checker(codes_of(cdc_check::tests::one_rule("kind: freshness, max_age: 1h")),
                  event::kUnavailable);
  const auto line = [](const char* time) {
    return std::string(R"({"after":{"a":1},"source":{"schema":"s","table":"t")") + time +
           R"(},"op":"c"})";
  };
  CHECK(check_event(checker, line(R"(,"ts_ms":1700000000000)")) == "r ");
  CHECK(check_event(checker, line(R"(,"ts_ms":4000000000000)")) == "");
  CHECK(check_event(checker, line(R"(,"ts_ms":4000000000000,"ts_us":1700000000000000)")) == "r ");
  CHECK(check_event(checker, line("")) == "");
}

TEST_CASE("plain rows, by topic where they have one") {
  Checker checker(codes_of("version: 1\nrules:\n"
                           "  - {name: any, kind: not_null, column: a}\n"
                           "  - {name: live, kind: not_null, column: b, table: public.live}\n"
                           "  - {name: key, kind: not_null, column: id, on: key}\n"),
                  event::kUnavailable);
  const auto check = [&](const char* text) {
    const Row row(text);
    REQUIRE(row.event().op == 0);
    return names(checker.check_row(row.event()));
  };
  CHECK(check(R"({"b":1})") == "any ");
  CHECK(check(R"({"a":1,"kafka":{"topic":"x.public.live"}})") == "live ");
  CHECK(check(R"({"a":1,"kafka":{"topic":"x.public.other"}})") == "");
  CHECK(check(R"({"a":1,"kafka":{"topic":"live"}})") == "");
  CHECK(check(R"({"a":1,"key":{"x":1}})") == "key ");
  CHECK(check(R"({"a":1,"key":5})") == "");
}

TEST_CASE("white space around a plain row is no part of it") {
  Checker checker(codes_of(cdc_check::tests::one_rule(
                      "kind: json_schema, schema: {type: object, required: [a]}")),
                  event::kUnavailable);
  for (const char* text : {" {\"a\":1}", "\t{\"a\":1} ", "\r{\"a\":1}\r"}) {
    const Row row(text);
    REQUIRE(row.failure() == nullptr);
    CHECK(names(checker.check_row(row.event())) == "");
  }
  const Row broken(" {\"b\":1}");
  CHECK(names(checker.check_row(broken.event())) == "r ");
}

TEST_CASE("a schema line says how values are written") {
  Checker checker(codes_of(cdc_check::tests::one_rule("kind: range, column: d, min: '2026-01-01'")),
                  event::kUnavailable);
  CHECK(check_event(checker, line_of("c", R"("after":{"d":20454})")) == "");
  event::TableSchema schema;
  schema.schema = "public";
  schema.table = "t";
  schema.encoding = "debezium";
  schema.columns = {{"d", "timestamp(3) without time zone", 0, 3}};
  checker.on_schema(schema);
  CHECK(check_event(checker, line_of("c", R"("after":{"d":20454})")) == "r ");
  CHECK(check_event(checker, line_of("c", R"("after":{"d":1790000000000})")) == "");
}

TEST_CASE("what a delete frees can come again") {
  Checker checker(codes_of(cdc_check::tests::one_rule("kind: unique, column: a, window: 9")),
                  event::kUnavailable);
  CHECK(check_event(checker, line_of("c", R"("before":null,"after":{"a":1})")) == "");
  CHECK(check_event(checker, line_of("u", R"("before":null,"after":{"a":1})")) == "");
  CHECK(check_event(checker, line_of("c", R"("before":null,"after":{"a":1})")) == "r ");
  CHECK(check_event(checker, line_of("d", R"("before":{"a":1},"after":null)")) == "");
  CHECK(check_event(checker, line_of("c", R"("before":null,"after":{"a":1})")) == "");
}

TEST_CASE("what is unique after a truncate, in a snapshot that comes again, and without a key") {
  Checker checker(codes_of("version: 1\nrules:\n"
                           "  - {name: twice, kind: unique, column: a, window: 100}\n"
                           "  - {name: key, kind: not_null, column: id, on: key}\n"),
                  event::kUnavailable);
  const auto event = [&](const char* key, const char* op, const char* after) {
    return check_event(checker,
                       std::string(R"({"key":)") + key + R"(,"before":null,"after":)" + after +
                           R"(,"source":{"schema":"public","table":"t"},"op":")" + op + "\"}");
  };
  CHECK(event(R"({"id":1})", "c", R"({"a":5})") == "");
  CHECK(event(R"({"id":1})", "r", R"({"a":5})") == "");  // the same row, read
  CHECK(event(R"({"id":2})", "c", R"({"a":5})") == "twice ");
  CHECK(event("null", "t", "null") == "");
  CHECK(event(R"({"id":2})", "c", R"({"a":5})") == "");
  CHECK(event("null", "c", R"({"a":6})") == "key ");  // none at all: its columns are missing
  // a value that came without its key says nothing about it
  CHECK(check_event(checker,
                    R"({"before":null,"after":{"a":7},"source":{"schema":"public","table":"t"},)"
                    R"("op":"c"})") == "");
}

TEST_CASE("a schema of whole rows does not see what a consumer put on") {
  Checker checker(codes_of("version: 1\nrules:\n"
                           "  - {name: shape, kind: json_schema, schema: {properties: {a: {type: "
                           "integer}}, additionalProperties: false}}\n"),
                  event::kUnavailable);
  const auto row = [&](const char* text) {
    const Row one(text);
    REQUIRE(one.failure() == nullptr);
    return names(checker.check_row(one.event()));
  };
  const std::string kafka =
      R"("kafka":{"topic":"x.public.t","partition":0,"offset":1,"timestamp":1})";
  CHECK(row((R"({"pos":null,"key":{"a":1},"a":1,)" + kafka + "}").c_str()) == "");
  CHECK(row((R"({"pos":null,"key":{"a":1},"a":1,"b":2,)" + kafka + "}").c_str()) == "shape ");
  CHECK(row(R"({"key":{"a":1},"a":1})") == "shape ");  // a column of the row's own
}
