#include "tools/cdc-check/expression/parser.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

std::string failure(const std::string& text) {
  try {
    parse_expression(text, {"f", 1, 1});
  } catch (const cdckit::base::Error& error) {
    return std::string(error.what()) + " | " + std::string(error.hint());
  }
  return "";
}

}  // namespace

TEST_CASE("what binds how") {
  const auto same = [](const char* left, const char* right) {
    return listing(parse_expression(left, {"f", 1, 1})) ==
           listing(parse_expression(right, {"f", 1, 1}));
  };
  CHECK(same("a or b and c", "a or (b and c)"));
  CHECK(same("not a and b", "(not a) and b"));
  CHECK(same("not a = b", "not (a = b)"));
  CHECK(same("a + b * c < d - e - f", "(a + (b * c)) < ((d - e) - f)"));
  CHECK(same("- a * b > 0", "(-a) * b > 0"));
  CHECK(same("A IS NOT NULL", "A is not null"));
  CHECK(same("a not in (1, 2)", "not a in (1, 2)"));
  CHECK(same("a != b", "a <> b"));
  CHECK(same("+a > 0", "a > 0"));
}

TEST_CASE("what is no condition") {
  const std::pair<const char*, const char*> cases[]{
      {"", "it is empty"},
      {"a + 1", "at character 1: a condition is needed, this is a number"},
      {"'x'", "a condition is needed, this is text"},
      {"lenght(a) > 1", "there is no function \"lenght\" | Did you mean length?"},
      {"sqrt(a) > 1", "Known: length, lower, upper, abs"},
      {"a > 'x' + 1", "a number is needed, this is text"},
      {"1 = 'x' or a", "a number cannot be compared with text"},
      {"a in ()", "not expected here"},
      {"a in (1", "\")\" is missing"},
      {"a is 1", "\"null\" is missing"},
      {"a b", "\"b\" is not expected here"},
      {"(a", "\")\" is missing"},
      {"a >", "it ends too early"},
      {"and a", "\"and\" is not expected here"},
      {"1 < 2", "it names no column"},
      {"a = 1234567890123456789012345678901234567890", "38 digits at most"},
      {"a = 1e", "is no number"},
      {"not 5 or a", "a condition is needed, this is a number"},
      {"abs('x') > a", "a number is needed, this is text"},
      {"length(5) > a", "text is needed, this is a number"}};
  for (const auto& [text, wanted] : cases) {
    const std::string got = failure(text);
    CHECK_MESSAGE(got.find(wanted) != std::string::npos, text << ": " << got);
  }
  CHECK(failure(std::string(500, '(') + "a" + std::string(500, ')')).find("nested too deep") !=
        std::string::npos);
  std::string nots;
  for (int i = 0; i < 500; ++i) nots += "not ";
  CHECK(failure(nots + "a").find("nested too deep") != std::string::npos);
  CHECK(failure(std::string(500, '-') + "a > 0").find("nested too deep") != std::string::npos);
}
