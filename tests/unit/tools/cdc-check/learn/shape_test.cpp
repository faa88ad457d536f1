#include "tools/cdc-check/learn/shape.hpp"

#include <re2/re2.h>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("what texts have in common") {
  Shape shape;
  for (const char* text : {"ABC-12.x", "XYZ-1234.q"}) CHECK(shape.add(text));
  CHECK(shape.pattern() == "^[A-Z]{3}-\\d{2,4}\\.[a-z]$");
  CHECK(RE2::FullMatch("QQQ-000.z", shape.pattern()));
  CHECK_FALSE(shape.add("AB12"));
  CHECK(shape.pattern().empty());
  CHECK_FALSE(shape.add("ABC-12.x"));
}

TEST_CASE("texts without a shape") {
  for (const char* text : {"", "ü", "a\n", "aA1aA1aA1aA1aA1aA1aA1aA1aA1aA1aA1aA1"})
    CHECK_FALSE(Shape().add(text));
  CHECK(Shape().pattern().empty());
}
