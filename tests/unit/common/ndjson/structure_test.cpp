#include "common/ndjson/structure.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::ndjson;

namespace {

// The same offsets byte by byte, with two beyond the end.
std::vector<std::uint32_t> offsets_of(std::string_view text) {
  std::vector<std::uint32_t> offsets;
  bool in_scalar = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (std::string_view("{}[]:,").find(c) != std::string_view::npos) {
      offsets.push_back(static_cast<std::uint32_t>(i));
      in_scalar = false;
    } else if (c == '"') {
      offsets.push_back(static_cast<std::uint32_t>(i));
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1U : 0U;
      in_scalar = false;
    } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      in_scalar = false;
    } else {
      if (!in_scalar) offsets.push_back(static_cast<std::uint32_t>(i));
      in_scalar = true;
    }
  }
  offsets.push_back(static_cast<std::uint32_t>(text.size()));
  offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return offsets;
}

struct Walked {
  explicit Walked(std::string given) : text(std::move(given)), offsets(offsets_of(text)) {
    walk.start(text, offsets.data());
  }
  // The verdict about the next line.
  bool next() {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const bool good = walk.take_object(end);
    if (!good) walk.skip_to(end);
    begin = end + 1;
    return good;
  }
  std::string text;
  std::vector<std::uint32_t> offsets;
  StructureWalk walk;
  std::size_t begin = 0;
};

}  // namespace

TEST_CASE("an object's members are noted three levels deep") {
  Walked walked(R"({"a":{"b":{"c":{"d":1}},"e":[{"f":1}]},"g":null})");
  REQUIRE(walked.next());
  const FoundMembers found = walked.walk.members();
  REQUIRE(found.size() == 5);
  CHECK(found[0].inside == 3);
  CHECK(found[2].name == "c");
  CHECK(found[2].inside == 0);
  CHECK(found[3].value == R"([{"f":1}])");
  CHECK(is_null(found[4].value));
}

TEST_CASE("one text of many lines: each is an object by itself") {
  Walked walked("{\"a\":1}\n {\"b\":\"x\\ny\"} \r\n{\"c\":\n2}\n[]\n{}\n{\"e\":\"\\\\\"}");
  CHECK(walked.next());
  CHECK(walked.walk.members()[0].value == "1");
  CHECK(walked.next());
  CHECK(walked.walk.members()[0].value == "\"x\\ny\"");
  CHECK_FALSE(walked.next());  // a value that goes on in the next line
  CHECK_FALSE(walked.next());
  CHECK_FALSE(walked.next());
  CHECK(walked.next());
  CHECK(walked.walk.members().empty());
  CHECK(walked.next());
  CHECK_FALSE(walked.walk.members()[0].plain);
}

TEST_CASE("what is no object of JSON") {
  for (const char* bad :
       {R"({"a":1,})",       R"({"a":01})",   R"({"a":1 2})",   R"({"a":tru})",  R"({"a":"\x"})",
        R"({"a":"\u12g4"})", R"({"a":"x"y})", R"({"a" 1})",     R"({"a":[1,]})", R"({"a":[1})",
        R"({"a":1}})",       R"({"a":1}{})",  R"({a:1})",       R"({"a":-})",    R"({"a":1.})",
        R"({"a":1e})",       R"({"a":t})",    R"({"a":truex})", R"({"a":1\})",   R"({"a":nul})",
        R"({"a"})",          R"({)",          R"(})",           R"({"a":.5})"}) {
    CAPTURE(bad);
    CHECK_FALSE(Walked(bad).next());
  }
}

TEST_CASE("without a walk the members are searched for, to the same depth") {
  StructureWalk walk;
  walk.note_all(R"({"a":{"b":{"c":{"d":1}}},"e":2})");
  REQUIRE(walk.members().size() == 4);
  CHECK(walk.members()[0].inside == 2);
  CHECK(walk.members()[3].value == "2");
}
