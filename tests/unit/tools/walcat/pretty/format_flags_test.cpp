#include "tools/walcat/pretty/format_flags.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("a terminal gets the readable view unless told otherwise") {
  const FormatPlace terminal{.terminal = true, .control = false, .colored = true};
  CHECK(choose_format({}, terminal).pretty);
  CHECK(choose_format({}, terminal).color);
  CHECK_FALSE(choose_format({}, {}).pretty);
  CHECK_FALSE(choose_format({.format = "ndjson"}, terminal).pretty);
  CHECK_FALSE(choose_format({.format = "ndjson"}, terminal).color);
  CHECK(choose_format({.format = "pretty"}, {}).pretty);
  CHECK_FALSE(choose_format({.format = "pretty"}, {}).color);
  CHECK(choose_format({.format = "pretty"}, {.colored = true}).color);
}

TEST_CASE("control lines are for programs") {
  const FormatPlace place{.terminal = true, .control = true, .colored = true};
  CHECK_FALSE(choose_format({}, place).pretty);
  CHECK_THROWS_AS(choose_format({.format = "pretty"}, place), cdckit::base::Error);
}
