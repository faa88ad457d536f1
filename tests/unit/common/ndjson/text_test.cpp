#include "common/ndjson/text.hpp"

#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::ndjson;
using nlohmann::ordered_json;

namespace {

std::string random_text(std::mt19937& random) {
  const char* pieces[] = {"a",
                          "\"",
                          "\\",
                          "/",
                          "\n",
                          "\x01",
                          "ä",
                          "✈",
                          "😀",
                          "{",
                          "}",
                          "[",
                          "]",
                          ",",
                          ":",
                          " ",
                          "\\\""};
  std::string out;
  for (auto count = random() % 6; count > 0; --count) out += pieces[random() % std::size(pieces)];
  return out;
}

ordered_json random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 3 ? 5 : 7)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<std::int64_t>(random()) - (1LL << 31);
    case 3:
      return static_cast<double>(random()) / 1000;
    case 4:
      return random_text(random);
    case 5: {
      auto array = ordered_json::array();
      for (auto count = random() % 5; count > 0; --count)
        array.push_back(random_value(random, depth + 1));
      return array;
    }
    default: {
      auto object = ordered_json::object();
      for (auto count = random() % 5; count > 0; --count)
        object[random_text(random)] = random_value(random, depth + 1);
      return object;
    }
  }
}

// White space between the tokens, or escapes of everything that is not ASCII.
std::string printed(const ordered_json& json, std::mt19937& random) {
  return json.dump(
      static_cast<int>(random() % 3) - 1, random() % 2 == 0 ? ' ' : '\t', random() % 2 == 0);
}

std::string unescaped(std::string_view token) {
  std::string out;
  CHECK(append_unescaped(out, token));
  std::string scratch;
  CHECK(unescape(token, scratch) == out);
  return out;
}

void check_walk(std::string_view text, const ordered_json& json);

void check_object(std::string_view text, const ordered_json& json) {
  ObjectCursor cursor(text);
  Member member;
  for (const auto& [name, value] : json.items()) {
    REQUIRE(cursor.next(member));
    CHECK(unescaped('"' + std::string(member.name) + '"') == name);
    CHECK(find_member(text, member.name) == member.value);
    check_walk(member.value, value);
  }
  CHECK_FALSE(cursor.next(member));
  CHECK_FALSE(cursor.next(member));
  CHECK(find_member(text, "no such member").empty());
}

void check_walk(std::string_view text, const ordered_json& json) {
  REQUIRE(ordered_json::parse(text) == json);
  if (json.is_string()) CHECK(unescaped(text) == json.get<std::string>());
  if (json.is_object()) check_object(text, json);
  if (!json.is_array()) return;
  ArrayCursor cursor(text);
  std::string_view value;
  for (const auto& element : json) {
    REQUIRE(cursor.next(value));
    check_walk(value, element);
  }
  CHECK_FALSE(cursor.next(value));
  CHECK_FALSE(cursor.next(value));
}

}  // namespace

TEST_CASE("cursors see in random JSON what a tree has") {
  std::mt19937 random(2026);
  for (int round = 0; round < 3000; ++round) {
    auto json = ordered_json::object();
    for (auto count = random() % 6; count > 0; --count)
      json[random_text(random)] = random_value(random, 0);
    check_walk(printed(json, random), json);
  }
}

TEST_CASE("cursors: edges") {
  Member member;
  std::string_view value;
  CHECK_FALSE(ObjectCursor("{}").next(member));
  CHECK_FALSE(ObjectCursor(" { } ").next(member));
  CHECK_FALSE(ObjectCursor("").next(member));
  CHECK_FALSE(ArrayCursor(" [ ]").next(value));
  CHECK(find_member(R"({"a":{"b":1},"b":2})", "b") == "2");
  CHECK(find_member(R"({"x":"\"b\":1","b":[{"b":"]}"}]})", "b") == R"([{"b":"]}"}])");
  CHECK(find_member(R"({ "b" : -1.5e3 })", "b") == "-1.5e3");
  CHECK(find_member(R"({"a":"\\","b":1})", "b") == "1");
  CHECK(find_member(R"({"a":"\\\"","b":1})", "b") == "1");
}

TEST_CASE("unescape: escapes of all kinds, surrogate pairs, lone surrogates") {
  CHECK(unescaped(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(unescaped(R"("\u0041\u00e4\u2708\ud83d\ude00")") == "Aä✈😀");
  CHECK(unescaped(R"("\uD83D\uDE00")") == "😀");
  CHECK(unescaped(R"("\u0000")") == std::string(1, '\0'));
  for (const char* token : {R"("\ud83d")", R"("\ude00")", R"("\ud83dx")", R"("\ud83d\n")"}) {
    std::string out;
    CAPTURE(token);
    CHECK_FALSE(append_unescaped(out, token));
    CHECK(out.starts_with("\xEF\xBF\xBD"));
  }
  std::string out;
  CHECK_FALSE(append_unescaped(out, R"("\ud83d\u0041")"));
  CHECK(out ==
        "\xEF\xBF\xBD"
        "A");
  std::string scratch = "untouched";
  CHECK(unescape("\"plain\"", scratch) == "plain");
  CHECK(scratch == "untouched");
  CHECK(unescape("\"\"", scratch).empty());
}

TEST_CASE("members for receipts") {
  std::string out = "{";
  append_member(out, "rows", std::uint64_t{18'446'744'073'709'551'615U});
  append_member(out, "a\"b", "null");
  out.back() = '}';
  CHECK(out == R"({"rows":18446744073709551615,"a\"b":null})");
  std::string text;
  append_string(text, "x\ny");
  CHECK(text == R"("x\ny")");
  append_escaped(text, "\"");
  CHECK(text == R"("x\ny"\")");
}

TEST_CASE("bytes that are text, and those that are none") {
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string_view("a\0\xC3\xA9", 4)));
  CHECK_FALSE(is_utf8("\xC3"));
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
  CHECK_FALSE(is_utf8("\xC0\x80"));
}
