#include "tools/walcat/snapshot/conditions.hpp"

#include "common/base/error.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("the table stands before the first equals sign") {
  CHECK(parse_condition("public.t=a = 'b=c'") == RowCondition{"public.t", "a = 'b=c'"});
  for (const std::string text : {"", "t", "=a", "t="}) {
    CHECK_THROWS_AS(parse_condition(text), std::invalid_argument);
  }
}

TEST_CASE("a table takes the conditions under its name, with or without schema") {
  const std::vector<RowCondition> given{{"public.t", "a"}, {"t", "b"}, {"other.t", "c"}};
  Conditions conditions(given);
  CHECK(conditions.of("public", "t") == std::vector<std::string>{"a", "b"});
  CHECK(conditions.of("public", "x").empty());
  CHECK_THROWS_AS(conditions.require_all_used(), base::Error);
  CHECK(conditions.of("other", "t") == std::vector<std::string>{"b", "c"});
  CHECK_NOTHROW(conditions.require_all_used());
}
