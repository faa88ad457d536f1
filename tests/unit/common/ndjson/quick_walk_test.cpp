#include "common/ndjson/quick_walk.hpp"

#include "common/ndjson/verdict.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::ndjson;

namespace {

// Followed by what would lead a scan that does not stop at its end astray.
struct Padded {
  Padded(std::string_view text, char behind)
      : bytes(std::string(text) + std::string(64, behind)), size(text.size()) {}
  [[nodiscard]] std::string_view text() const { return {bytes.data(), size}; }
  std::string bytes;
  std::size_t size;
};

bool takes(QuickWalk& walk, std::string_view text) {
  bool taken = true;
  bool refused = true;
  for (const char behind : {'"', ' ', '0', '}', ',', 'e'}) {
    const bool good = walk.take_object(Padded(text, behind).text());
    taken = taken && good;
    refused = refused && !good;
  }
  CHECK(taken != refused);
  return taken;
}

#ifdef __SSE2__
constexpr bool kTakes = true;
#else
constexpr bool kTakes = false;
#endif

}  // namespace

TEST_CASE("lines as programs print them are taken") {
  QuickWalk walk;
  for (const char* text : {
           "{}",
           R"({"a":1})",
           R"({"a":-1.5e+10,"b":null,"c":true,"d":false,"e":"","f":{},"g":[]})",
           R"({ "a" : [ 1 , "x" , { "b" : 2 } ] , "c" : { } })",
           R"({"a":"a string of more than sixteen bytes, and more","b":"\u00e4\n\"\\","c":"ä✈"})",
           R"({"a":{"b":{"c":{"d":{"e":[[[[1]]]]}}}}})",
       })
    CHECK(takes(walk, text) == kTakes);
}

TEST_CASE("what is not valid is not taken, cut anywhere neither") {
  QuickWalk walk;
  for (const char* text : {"",
                           "{",
                           "}",
                           "[]",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":1e}",
                           "{\"a\":-}",
                           "{\"a\":tru}",
                           "{\"a\":nul}",
                           "{\"a\":True}",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":[1,]}",
                           "{\"a\":[,1]}",
                           "{\"a\":[1}",
                           "{\"a\":1]}",
                           "{\"a\":{}",
                           "{\"a\":\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":\"\\u123\"}",
                           "{\"a\":\"\x01\"}",
                           "{\"a\":\"\t\"}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xc3\"}",
                           "{\"\xc0\xaf\":1}",
                           "{\"a\":1}}",
                           "{\"a\":1}1}",
                           "{a:1}"})
    CHECK_FALSE(takes(walk, text));
  const std::string line =
      R"({"k":{"id":7},"s":"a string of more than sixteen bytes","u":"\u00e4","l":[1,{"x":null}]})";
  REQUIRE(takes(walk, line) == kTakes);
  Verdict verdict;
  for (std::size_t size = 0; size < line.size(); ++size) {
    CHECK_FALSE(takes(walk, line.substr(0, size)));
    const std::string closed = line.substr(0, size) + "}";
    CHECK(takes(walk, closed) == (kTakes && verdict.check_object(closed, false) == nullptr));
  }
}

TEST_CASE("one byte changed: what is taken is valid") {
  Verdict verdict;
  QuickWalk walk;
  const std::string line =
      R"({"pos":"0/1","key":{"id":-1.50e3},"a":{"t":true,"n":null,"s":"\n\u00e4ü","l":[0,[]]}})";
  std::size_t taken = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = line;
      text[at] = static_cast<char>(byte);
      if (!takes(walk, text)) continue;
      ++taken;
      CAPTURE(text);
      CHECK(verdict.check_object(text, false) == nullptr);
    }
  }
  CHECK((taken > 1'000) == kTakes);
}

TEST_CASE("the beginning of a line, and members that are added behind it") {
  if (!kTakes) return;
  QuickWalk walk;
  const std::string line = R"({"a":{"b":1},"c":"x","source":{"d":2}} and more than sixteen bytes)";
  const std::string_view head = std::string_view(line).substr(0, line.find("\"source\""));
  REQUIRE(walk.take_head(head));
  REQUIRE(walk.members().size() == 3);
  CHECK(walk.members()[0].inside == 1);
  walk.add_members(200)[199].name = "last";
  CHECK(walk.members().size() == 203);
  CHECK(walk.members()[2].value == R"("x")");
  CHECK(walk.members()[202].name == "last");
  for (const char* text :
       {"{,", "{\"a\":{\"b\":1,", "{\"a\":[1,", "{\"a\":1},", "{\"a\":1,,", "{\"a\","}) {
    CAPTURE(text);
    CHECK_FALSE(walk.take_head(Padded(text, '"').text()));
  }
}
