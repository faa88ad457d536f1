#include "tools/cdc-check/program/columns.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::cdc_check;

TEST_CASE("columns wherever they stand") {
  Columns columns;
  const auto id = columns.add({"id"});
  const auto deep = columns.add({"a", "b", "c", "d"});
  const auto odd = columns.add({"ü\"x"});
  const auto json = columns.add({"j", "k"});
  CHECK(columns.add({"id"}) == id);
  const std::pair<const char*, std::vector<std::string>> rows[]{
      {R"({"id":1,"a":{"b":{"c":{"d":2}}},"ü\"x":3,"j":{"k":4}})", {"1", "2", "3", "4"}},
      {R"({"j":"{\"k\":[5]}","\u00fc\u0022x":3,"a":{"b":{"c":{}}},"\u0069d":1})",
       {"1", "", "3", "[5]"}},
      {R"({"id":null,"a":5,"j":"no json {"})", {"null", "", "", ""}},
      {R"({})", {"", "", "", ""}},
      {R"({"x":{"id":7},"id":{"id":8}})", {R"({"id":8})", "", "", ""}},
      {R"({"j":"{\"k\":1","a":{"b":"{\"c\":{\"d\":9}}"}})", {"", "9", "", ""}},
  };
  for (const auto& [text, wanted] : rows) {
    const tests::Row row(text);
    REQUIRE(row.failure() == nullptr);
    for (const bool found : {true, false}) {
      columns.find(found ? row.object() : ndjson::Object(row.event().line));
      CAPTURE(text);
      CHECK(columns.values()[id] == wanted[0]);
      CHECK(columns.values()[deep] == wanted[1]);
      CHECK(columns.values()[odd] == wanted[2]);
      CHECK(columns.values()[json] == wanted[3]);
    }
  }
}

TEST_CASE("a member of a member is no column, wherever the column stood before") {
  Columns columns;
  const auto name = columns.add({"name"});
  const std::pair<const char*, const char*> rows[]{
      {R"({"id":1,"doc":null,"name":"a"})", R"("a")"},
      {R"({"id":1,"doc":{"name":"inner"},"name":"b"})", R"("b")"},
      {R"({"id":1,"doc":{"x":{"y":1},"name":"inner"}})", ""},
      {R"({"doc":{"name":"inner"},"id":1,"name":"c"})", R"("c")"},
  };
  for (const auto& [text, wanted] : rows) {
    const tests::Row row(text);
    columns.find(row.object());
    CAPTURE(text);
    CHECK(columns.values()[name] == wanted);
  }
}
