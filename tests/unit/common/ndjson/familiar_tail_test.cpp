#include "common/ndjson/familiar_tail.hpp"

#include "common/ndjson/walker.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::ndjson;

namespace {

constexpr std::size_t kNone = 0;

std::string line(const std::string& after, const std::string& lsn, const std::string& table = "t") {
  return R"({"pos":"1/2","after":)" + after +
         R"(,"source":{"version":"0.1.0","sequence":"[\"11\",\")" + lsn +
         R"(\"]","schema":"public","table":")" + table + R"(","lsn":)" + lsn +
         R"(,"n":{"deep":[1,{"x":2}]}},"op":"c","ts_ms":1795391765646})";
}

// As a walker does it with a line that nothing is known of.
void learn(FamiliarTail& tails, const std::string& text) {
  Walker walker;
  REQUIRE(walker.walk(text, false) == nullptr);
  tails.learn(text, walker.members());
}

}  // namespace

TEST_CASE("an end is known again, whatever its digits are and what stands before it") {
  FamiliarTail tails;
  const std::string one = line(R"({"id":1})", "305");
  CHECK(tails.match(one) == kNone);
  learn(tails, one);
  const std::size_t known = one.size() - one.find(",\"source\"");
  CHECK(tails.match(one) == known);
  const std::string other = line(R"({"id":2,"s":"text"})", "399");
  REQUIRE(tails.match(other) == known);

  std::vector<FoundMember> members(tails.size());
  tails.fill(other.data() + (other.size() - known), members.data());
  REQUIRE(members.size() == 10);
  CHECK(members[0].name == "source");
  CHECK(members[0].value.ends_with(R"("x":2}]}})"));
  CHECK(members[0].inside == 7);
  CHECK_FALSE(members[0].plain);
  CHECK(members[2].value == R"("[\"11\",\"399\"]")");
  CHECK_FALSE(members[2].plain);
  CHECK(members[5].name == "lsn");
  CHECK(members[5].value == "399");
  CHECK(members[5].plain);
  CHECK(members[9].name == "ts_ms");
  CHECK(members[9].value.data() == other.data() + other.find("1795391765646"));
}

TEST_CASE("other lengths, first digits, letters and letters instead of digits are not known") {
  FamiliarTail tails;
  learn(tails, line("1", "305"));
  CHECK(tails.match(line("1", "3055")) == kNone);
  CHECK(tails.match(line("1", "405")) == kNone);
  CHECK(tails.match(line("1", "005")) == kNone);
  CHECK(tails.match(line("1", "3 5")) == kNone);
  CHECK(tails.match(line("1", "3.5")) == kNone);
  CHECK(tails.match(line("1", "305", "u")) == kNone);
  CHECK(tails.match(line("1", "305").substr(1)) != kNone);
  CHECK(tails.match(line("1", "305") + " ") == kNone);
  CHECK(tails.match("") == kNone);
}

TEST_CASE("several ends are remembered, the oldest is forgotten") {
  FamiliarTail tails;
  for (int i = 0; i < 9; ++i)
    learn(tails, line("1", "305", std::string(1, static_cast<char>('a' + i))));
  CHECK(tails.match(line("1", "305", "a")) == kNone);
  for (char table = 'b'; table <= 'i'; ++table) {
    const std::string text = line("1", "306", std::string(1, table));
    const std::size_t known = tails.match(text);
    REQUIRE(known != kNone);
    std::vector<FoundMember> members(tails.size());
    tails.fill(text.data() + (text.size() - known), members.data());
    CHECK(members[4].value == "\"" + std::string(1, table) + "\"");
  }
}

TEST_CASE("what cannot be told apart by bytes is not learned") {
  FamiliarTail tails;
  for (const std::string text : {R"({"source":{"a":1},"op":"c"})",        // nothing before it
                                 R"({"a":1,"source":{"b":2},"op":"c"})",  // too short
                                 R"({"a":1})"}) {
    learn(tails, text);
    CHECK(tails.match(text) == kNone);
  }
  const std::string wide(80, 'x');
  for (const std::string& text : {R"({"a":1, "source":{"b":")" + wide + "\"}}",
                                  R"({"a":1,"source":")" + wide + "\"}",
                                  R"({"a":1,"source":{"b":"\u00e9)" + wide + "\"}}",
                                  R"({"a":1,"source":{"b":")" + std::string(5000, 'x') + "\"}}"}) {
    learn(tails, text);
    CHECK(tails.match(text) == kNone);
  }
}
