#include "tools/snow-ddl/commands/query.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string bound(const std::string& text) {
  const snow::Binding binding = parse_binding(text);
  return binding.type + " " + binding.value.value_or("(null)");
}

}  // namespace

TEST_CASE("a value is text unless a type stands in front of it") {
  CHECK(bound("abc") == "TEXT abc");
  CHECK(bound("FIXED:42") == "FIXED 42");
  CHECK(bound("TEXT:DATE:1") == "TEXT DATE:1");
  CHECK(bound("https://x") == "TEXT https://x");
  CHECK(bound("fixed:42") == "TEXT fixed:42");
  CHECK(bound("") == "TEXT ");
  CHECK(bound("TEXT:") == "TEXT ");
}

TEST_CASE("NULL has no value") {
  CHECK(bound("NULL:") == "TEXT (null)");
  CHECK(bound("NULL") == "TEXT NULL");
  CHECK_THROWS_AS(parse_binding("NULL:1"), std::invalid_argument);
}

}  // namespace cdckit::snow_ddl
