#include "common/ndjson/grammar.hpp"

#include <random>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using cdckit::ndjson::is_json;

TEST_CASE("what JSON is") {
  for (const char* good : {"0",
                           "-0",
                           "-12.50e+3",
                           "1E-9",
                           "1e400",
                           "123456789012345678901234567890",
                           "\"\"",
                           "\"\\u00e4\\n\\/\"",
                           "\"\\ud800\"",
                           "true",
                           "false",
                           "null",
                           "[]",
                           "{}",
                           " [ 1 , 2 ] ",
                           "{\"a\":{\"b\":[{},[],null]}}",
                           "\t{ \"a\" : 1 }\r\n"}) {
    CAPTURE(good);
    CHECK(is_json(good));
  }
}

TEST_CASE("what it is not") {
  for (const char* bad :
       {"",        " ",         "01",          "-",          "+1",  "1.",
        ".5",      "1e",        "1e+",         "0x1",        "NaN", "Infinity",
        "tru",     "truex",     "nul",         "'a'",        "\"",  "\"a",
        "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\t\"",     "[",   "]",
        "[1",      "[1,]",      "[,1]",        "[1 2]",      "{",   "}",
        "{1:2}",   "{\"a\"}",   "{\"a\":}",    "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}",
        "[1}",     "{\"a\":1]", "1 2",         "{}{}",       "{}x", "\"a\"\"b\"",
        "// c",    "[1]//",     "\\"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_json(bad));
  }
}

TEST_CASE("nesting up to the limit") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  CHECK(is_json(nested(1024)));
  CHECK_FALSE(is_json(nested(1025)));
  CHECK_FALSE(is_json(std::string(1'000'000, '[')));
}

TEST_CASE("small texts out of JSON's own characters: the same verdict as another parser's") {
  std::mt19937 random(3);
  const std::string letters = "{}[]\":,0 1-.eE+atrufalsn\\u\"";
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (auto length = random() % 7 + 1; length > 0; --length)
      text += letters[random() % letters.size()];
    const bool expected = nlohmann::json::accept(text);
    accepted += expected ? 1 : 0;
    // the other parser refuses numbers beyond a double's range, which are too long to arise here
    CAPTURE(text);
    REQUIRE(is_json(text) == expected);
  }
  CHECK(accepted > 1000);
}
