#include "tools/cdc-check/import/imported.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("the rule file of what was imported") {
  Imported imported;
  CHECK(imported.text().empty());
  for (int i = 0; i < 2; ++i)
    imported.add({.name = "",
                  .kind = "not_null",
                  .table = "public.t",
                  .column = "a: b",
                  .warns = i == 1,
                  .settings = {}});
  imported.leave_out("t.x: relationships", "no kind of rule\ndoes that");
  const std::string text = imported.text();
  const auto codes = tests::codes_of(text);
  REQUIRE(codes.size() == 2);
  CHECK(codes[0].rule.name == "public.t.a: b not_null");
  CHECK(codes[1].rule.name == "public.t.a: b not_null 2");
  CHECK(codes[1].rule.severity == Severity::warn);
  CHECK(codes[0].rule.columns.front() == Path{"a: b"});
  CHECK(text.find("# left out: t.x: relationships: no kind of rule does that\n") !=
        std::string::npos);
}

TEST_CASE("values as one line") {
  CHECK(flow_text(parse_yaml("[a, '1', 1, true, ~]", "f")) == "[a, \"1\", 1, true, null]");
  CHECK(text_of_member(parse_yaml("{a: 5, b: ~}", "f"), "a") == "5");
  CHECK(text_of_member(parse_yaml("{a: 5, b: ~}", "f"), "b").empty());
}
