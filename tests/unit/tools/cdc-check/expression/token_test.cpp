#include "tools/cdc-check/expression/token.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("tokens") {
  const Place place{"f", 1, 1};
  const auto tokens = tokens_of("a.\"b c\".d<>1.5e-3!='it''s' <= \"x.y\"", place);
  std::string shown;
  for (const Token& token : tokens) shown += token.text + "|";
  CHECK(shown == "a.b c.d|<>|1.5e-3|<>|it's|<=|x\\.y||");
  CHECK(tokens[0].is("a.B C.D") == false);
  CHECK(tokens_of("AND", place)[0].is("and"));
  CHECK(tokens_of("'and'", place)[0].is("and") == false);
}

TEST_CASE("what is no token") {
  const Place place{"f", 1, 1};
  for (const char* text :
       {"a == b", "a && b", "a || b", "a ; b", "'open", "\"open", "a.", "a.'x'", "#"})
    CHECK_THROWS_AS(tokens_of(text, place), cdckit::base::Error);
}
