#include "common/event/field_problem.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::event::column_problem;

TEST_CASE("a message names table, column and type, and shows the value") {
  CHECK(column_problem("t", "x", "integer", "why", "\"abc\"") ==
        "table \"t\", column \"x\" (integer): why: \"abc\"");
  CHECK(column_problem("", "x", "", "why", "") == "column \"x\": why");
}

TEST_CASE("a long value is cut, between characters") {
  const std::string text = column_problem("", "x", "", "why", std::string(99, 'a') + "é tail");
  CHECK(text == "column \"x\": why: " + std::string(99, 'a') + "..");
}
