#include "tools/cdc-check/expression/code.hpp"

#include "tools/cdc-check/expression/parser.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("the code as text") {
  CHECK(listing(parse_expression("a.b + 1.50 > length(c) and d in ('x', null) or not e is null",
                                 {"f", 1, 1})) ==
        "column a.b · literal 1.5 · add · column c · length · > · column d · literal \"x\" · "
        "literal null · in 2 · "
        "and · column e · is null · not · or");
  CHECK(word_of(Step::either) == std::string("or"));
  CHECK(word_of(Step::absolute) == std::string("abs"));
}
