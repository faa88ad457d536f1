#include "tools/cdc-check/values/pattern.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

bool matches(const char* pattern, const char* text) {
  std::string error;
  const Pattern compiled(pattern, error);
  CHECK_MESSAGE(error.empty(), error);
  return compiled.matches(text);
}

}  // namespace

TEST_CASE("a pattern is found anywhere unless it is anchored") {
  CHECK(matches("b", "abc"));
  CHECK_FALSE(matches("^b", "abc"));
  CHECK(matches("^a.c$", "abc"));
  CHECK_FALSE(matches("^a$", "a\n"));
  CHECK(matches("(?i)^zürich$", "ZÜRICH"));
  CHECK(matches("^\\pL+$", "Zürich"));
  CHECK(matches("", ""));
}

TEST_CASE("what needs look-around or back references is refused") {
  for (const char* text : {"(?=a)", "(a)\\1", "(", "[z-a]", "a{1001,2000}{1000}"}) {
    std::string error;
    const Pattern pattern(text, error);
    CHECK_MESSAGE(!error.empty(), text);
    CHECK_FALSE(pattern.matches("a"));
    CHECK(pattern.text() == text);
  }
}

TEST_CASE("linear in the text") {
  CHECK_FALSE(matches("^(a+)+$", (std::string(50'000, 'a') + "b").c_str()));
}
