#include "common/ndjson/canonical.hpp"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string canonical(std::string_view json) {
  std::string out;
  ndjson::append_canonical(out, json);
  return out;
}

std::string number(double value) {
  std::string out;
  ndjson::append_canonical_number(out, value);
  return out;
}

}  // namespace

// RFC 8785, appendix B, and the borders of ECMA-262's Number::toString
TEST_CASE("numbers as ECMAScript prints them") {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"0", "0"},
      {"-0", "0"},
      {"-0.0", "0"},
      {"1.50", "1.5"},
      {"1e2", "100"},
      {"5e-324", "5e-324"},
      {"-5e-324", "-5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"9007199254740992", "9007199254740992"},
      {"9007199254740993", "9007199254740992"},
      {"295147905179352830000", "295147905179352830000"},
      {"9.999999999999997e22", "9.999999999999997e+22"},
      {"1e21", "1e+21"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
      {"999999999999999700000", "999999999999999700000"},
      {"0.000001", "0.000001"},
      {"0.0000001", "1e-7"},
      {"0.00000123", "0.00000123"},
      {"-0.0000033333333333333333", "-0.0000033333333333333333"},
      {"333333333.3333332", "333333333.3333332"},
      {"1424953923781206.2", "1424953923781206.2"},
      {"1e-400", "0"},
      {"1e400", "1e400"},
      {"-1e400", "-1e400"},
  };
  for (const auto& [given, expected] : pairs) CHECK(canonical(given) == expected);
  CHECK(number(std::numeric_limits<double>::min()) == "2.2250738585072014e-308");
  CHECK(number(static_cast<double>(0.1F)) == "0.10000000149011612");
}

TEST_CASE("members are sorted and the last of equal names wins") {
  CHECK(canonical(R"( { "b" : 1 , "a" : [ 1.0, {"z":null , "y" : true} ] , "b" : 2 } )") ==
        R"({"a":[1,{"y":true,"z":null}],"b":2})");
  CHECK(canonical(R"({"\u0061":1,"a":2})") == R"({"a":2})");
  CHECK(canonical(R"({"é":1,"z":2,"\ud83d\ude00":3,"\uffee":4})") ==
        "{\"z\":2,\"é\":1,\"\xEF\xBF\xAE\":4,\"\xF0\x9F\x98\x80\":3}");
  CHECK(canonical("{ }") == "{}");
  CHECK(canonical("[ ]") == "[]");
}

TEST_CASE("strings have as few escapes as can be") {
  CHECK(canonical(R"("\u20ac\/\u000f\n\"\\")") == "\"€/\\u000f\\n\\\"\\\\\"");
  CHECK(canonical(R"("\ud800")") == R"("\ud800")");
  CHECK(canonical(" true\n") == "true");
}
