#include "tools/cdc-check/rules/rule.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("paths") {
  CHECK(parse_path("a.b.c") == Path{"a", "b", "c"});
  CHECK(parse_path("a\\.b.c\\\\") == Path{"a.b", "c\\"});
  CHECK(path_text({"a.b", "c\\"}) == "a\\.b.c\\\\");
  CHECK(parse_path("") == Path{""});
}

TEST_CASE("words of the file") {
  CHECK(word_of(RuleKind::enumeration) == std::string("enum"));
  CHECK(word_of(RuleKind::json_schema) == std::string("json_schema"));
  CHECK(word_of(Severity::quarantine) == std::string("quarantine"));
  CHECK(word_of(Side::before) == std::string("before"));
  CHECK(word_of(ValueType::array) == std::string("array"));
}
