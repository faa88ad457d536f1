#include "tools/cdc-check/values/text.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

std::string canonical(std::string_view token) {
  std::string out;
  append_canonical(out, token);
  return out;
}

}  // namespace

TEST_CASE("characters are code points, however they are written") {
  CHECK(count_code_points(R"("")") == 0);
  CHECK(count_code_points(R"("abc")") == 3);
  CHECK(count_code_points("\"Zürich\"") == 6);
  CHECK(count_code_points(R"("Z\u00fcrich")") == 6);
  CHECK(count_code_points(R"("\"\\\n")") == 3);
  CHECK(count_code_points("\"😀\"") == 1);
  CHECK(count_code_points(R"("\ud83d\ude00")") == 1);
  CHECK(count_code_points(R"("\ud83d\ude00\uD83D\uDE00x")") == 3);
  CHECK(count_code_points(R"("\ud83dx")") == 2);
  CHECK(count_code_points(R"("\ude00\ud83d")") == 2);
  CHECK(count_code_points(R"("\\u0041")") == 6);
}

TEST_CASE("equal values have one spelling") {
  const std::vector<std::vector<const char*>> values{
      {"1", "1.0", "1e0", "10e-1", "0.1e1"},
      {"-1"},
      {"0", "-0", "0.0", "0e5"},
      {"100", "1e2", "1.00e2"},
      {"0.5", "5e-1", "0.50"},
      {"1e100", "10e99", "1.0e100"},
      {"12345678901234567890123456789012345678901234567890"},
      {"12345678901234567890123456789012345678901234567891"},
      {R"("1")", R"("\u0031")"},
      {R"("a")", R"("\u0061")"},
      {R"("")"},
      {"null"},
      {"true"},
      {"false"},
      {"[]", "[ ]"},
      {"{}", "{ }"},
      {"[1,2]", "[1.0, 2]"},
      {"[2,1]"},
      {"[12]"},
      {R"({"a":1,"b":[2]})", R"({ "b":[2.0], "a":1 })", R"({"b":[2],"\u0061":1})"},
      {R"({"a":1})"},
      {R"(["a","b"])"},
      {R"(["ab"])"},
      {R"(["a\",s1:b"])"},
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const char* one : values[i]) {
      CAPTURE(one);
      for (const char* same : values[i]) CHECK(canonical(one) == canonical(same));
      for (std::size_t other = i + 1; other < values.size(); ++other) {
        for (const char* else_ : values[other]) {
          CAPTURE(else_);
          CHECK(canonical(one) != canonical(else_));
        }
      }
    }
  }
}

TEST_CASE("text of scalars, and values in messages") {
  std::string scratch;
  CHECK(text_of_scalar(R"("a\tb")", scratch) == "a\tb");
  CHECK(text_of_scalar("12.50", scratch) == "12.50");
  CHECK(shown("12") == "12");
  CHECK(shown(std::string(100, 'x')) == std::string(60, 'x') + "...");
  CHECK(shown(std::string(59, 'x') + "üüü") == std::string(59, 'x') + "...");
  CHECK(kind_of("[1]") == Kind::array);
  CHECK(name_of(Kind::object) == std::string("an object"));
}
