#include "common/ndjson/walker.hpp"

#include "common/ndjson/validator.hpp"
#include "common/ndjson/verdict.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::ndjson;

namespace {

using Random = std::mt19937;

// Random valid JSON of every kind: escapes, white space, numbers beyond a double, deep nesting.
class Maker {
 public:
  explicit Maker(Random& random) : random_(random) {}

  std::string object(int depth) {
    std::string out = space() + "{" + space();
    const auto count = random_() % 6;
    for (unsigned i = 0; i < count; ++i) {
      if (i > 0) out += "," + space();
      out += string() + space() + ":" + space() + value(depth + 1) + space();
    }
    return out + "}" + space();
  }

 private:
  std::string space() {
    static constexpr const char* kSpaces[] = {"", "", "", "", " ", "\t", "  \r", " \t  "};
    return kSpaces[random_() % std::size(kSpaces)];
  }
  std::string string() {
    static constexpr const char* kPieces[] = {"a",
                                              "after",
                                              "op",
                                              "\\n",
                                              "\\\"",
                                              "\\\\",
                                              "\\/",
                                              "\\u00e4",
                                              "\\ud83d\\ude00",
                                              "\\ud800",
                                              "ü",
                                              "✈",
                                              "{\\\"x\\\":",
                                              "}],",
                                              ":",
                                              "日本",
                                              "0",
                                              "null",
                                              " "};
    std::string out = "\"";
    for (auto count = random_() % 5; count > 0; --count)
      out += kPieces[random_() % std::size(kPieces)];
    return out + "\"";
  }
  std::string array(int depth) {
    std::string out = "[" + space();
    const auto count = random_() % 4;
    for (unsigned i = 0; i < count; ++i)
      out += (i > 0 ? "," : "") + space() + value(depth + 1) + space();
    return out + "]";
  }
  std::string value(int depth) {
    static constexpr const char* kScalars[] = {"null",
                                               "true",
                                               "false",
                                               "0",
                                               "-0",
                                               "1.25",
                                               "-7e3",
                                               "1E-2",
                                               "1e400",
                                               "123456789012345678901",
                                               "0.5",
                                               "10.0e+7"};
    const auto choice = random_() % 10;
    if (depth < 6 && choice < 2) return object(depth);
    if (depth < 6 && choice == 2) return array(depth);
    if (choice < 6) return string();
    return kScalars[random_() % std::size(kScalars)];
  }

  Random& random_;
};

void damage(std::string& text, Random& random) {
  for (auto changes = random() % 2 + 1; changes > 0 && !text.empty(); --changes) {
    const auto at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text.erase(at, random() % 3 + 1);
        break;
      case 1:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 8));
        break;
      case 3:
        text.insert(at, 1, "\x0c\x1a\0\n\x7f"[random() % 5]);
        break;
      default:
        text.insert(at, 1, "{}[]\":,\\0-+.eEtfn u\t"[random() % 21]);
    }
  }
}

// The walker's notes are what a search of the text finds, on every level that it notes.
void check_members(std::string_view object, FoundMembers found) {
  ObjectCursor searched{Object(object)};
  ObjectCursor noted{Object(object, found)};
  Member one;
  Member other;
  std::size_t at = 0;
  while (searched.next(one)) {
    REQUIRE(noted.next(other));
    REQUIRE(one.name == other.name);
    REQUIRE(one.value == other.value);
    REQUIRE(one.value.data() == other.value.data());
    if (other.plain) REQUIRE(other.value.find('\\') == std::string_view::npos);
    const FoundMembers inside{&found[at] + 1, found[at].inside};
    if (!inside.empty()) check_members(one.value, inside);
    at += 1 + inside.size();
  }
  REQUIRE(at == found.size());
}

// Also what another parser makes of the values.
void check_values(std::string_view line, FoundMembers found) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (json.is_discarded()) return;  // lone surrogates, huge numbers
  nlohmann::json mine = nlohmann::json::object();
  for (std::size_t i = 0; i < found.size(); i += 1 + found[i].inside) {
    std::string name;
    append_unescaped(name, "\"" + std::string(found[i].name) + "\"");
    mine[name] = nlohmann::json::parse(found[i].value);
  }
  REQUIRE(mine == json);
}

const char* reason_of(const char* reason) {
  return reason == nullptr ? "fine" : reason;
}

// Both faces of the walk say what the thorough one says; to the word.
void check_line(Walker& walker, Verdict& verdict, const std::string& text) {
  CAPTURE(text);
  static Validator validator;
  const char* const expected = verdict.check_object(text, false);
  bool is_object = false;
  const char* const expected_of_value = verdict.check(text, false, is_object);
  std::string padded = text;
  padded.resize(text.size() + 64, '"');
  for (const bool is_padded : {false, true}) {
    const std::string_view line(is_padded ? padded.data() : text.data(), text.size());
    const char* const reason = walker.walk(line, is_padded);
    REQUIRE(std::string_view(reason_of(validator.check_object(line, is_padded))) ==
            reason_of(expected));
    REQUIRE(std::string_view(reason_of(validator.check_value(line, is_padded))) ==
            reason_of(expected_of_value));
    REQUIRE((reason == nullptr) == (expected == nullptr));
    if (reason != nullptr) {
      REQUIRE(std::string(reason) == expected);
      continue;
    }
    check_members(line, walker.members());
    check_values(line, walker.members());
  }
}

std::string nested(std::size_t depth) {
  std::string out = "1";
  for (std::size_t i = 0; i < depth; ++i)
    out = i % 2 == 0 ? "{\"a\":" + out + "}" : "[" + out + "]";
  return depth % 2 == 0 ? "{\"a\":" + out + "}" : out;
}

}  // namespace

TEST_CASE("a line is walked once: members, what is inside of them, escapes") {
  Walker walker;
  const std::string line =
      R"({"pos":"0/1","key":{"id":1},"after":{"id":1,"s":"a\"b","j":{"x":{"y":1}}},"op":"c"} )";
  REQUIRE(walker.walk(line, false) == nullptr);
  const FoundMembers found = walker.members();
  REQUIRE(found.size() == 9);
  CHECK(found[0].name == "pos");
  CHECK(found[0].value == "\"0/1\"");
  CHECK(found[0].plain);
  CHECK(found[1].inside == 1);
  CHECK(found[2].value == "1");
  CHECK(found[2].plain);
  CHECK(found[3].inside == 4);
  CHECK(found[5].name == "s");
  CHECK_FALSE(found[5].plain);
  CHECK(found[7].name == "x");
  CHECK(found[7].value == R"({"y":1})");
  CHECK(found[8].value == "\"c\"");
  REQUIRE(walker.walk("{}", false) == nullptr);
  CHECK(walker.members().empty());
}

TEST_CASE(
    "good lines of every kind, and damaged ones: the validator's verdict, a search's members") {
  Random random(7);
  Maker maker(random);
  Walker walker;
  Verdict verdict;
  int refused = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string text = maker.object(0);
    check_line(walker, verdict, text);
    damage(text, random);
    check_line(walker, verdict, text);
    refused += verdict.check_object(text, false) != nullptr ? 1 : 0;
  }
  CHECK(refused > 10'000);
}

// Any digit may become any other: also a first one 0, also in names, strings and escapes.
void change_digits(std::string& text, Random& random) {
  for (char& byte : text) {
    if (byte >= '0' && byte <= '9' && random() % 4 == 0)
      byte = static_cast<char>('0' + random() % 10);
  }
}

TEST_CASE("lines that end as the one before, nearly: nothing is taken for known that is not") {
  Random random(11);
  Maker maker(random);
  Walker walker;
  Verdict verdict;
  int refused = 0;
  for (int round = 0; round < 1'500; ++round) {
    const std::string tail = R"(,"source":)" + maker.object(1) +
                             R"(,"n1":102030405060708090,"n2":-10.05e+20,"s":"0\n01","op":"c"})";
    for (int i = 0; i < 20; ++i) {
      std::string head = maker.object(0);
      head.erase(head.rfind('}'));
      if (random() % 4 == 0) head = R"({"a":1)";
      std::string text = head + tail;
      if (random() % 2 == 0) change_digits(text, random);
      if (random() % 4 == 0) damage(text, random);
      check_line(walker, verdict, text);
      refused += verdict.check_object(text, false) != nullptr ? 1 : 0;
    }
  }
  CHECK(refused > 3'000);
}

TEST_CASE("short texts of the characters that matter, all of them") {
  constexpr std::string_view kLetters = "{}[]\":,\\ 1-t\x0c";
  Walker walker;
  Verdict verdict;
  for (const char* frame : {"", "{\"a\":", "[{\"a\":[1"}) {
    for (std::size_t number = 0; number < 13 * 13 * 13 * 13; ++number) {
      std::string text = frame;
      for (std::size_t rest = number; rest > 0; rest /= 13) text += kLetters[rest % 13];
      check_line(walker, verdict, text);
      check_line(walker, verdict, text + "}");
      check_line(walker, verdict, text + "]");
    }
  }
}

TEST_CASE("deep nesting, long lines, bad bytes") {
  Walker walker;
  Verdict verdict;
  for (const std::size_t depth :
       {1U, 30U, 62U, 63U, 64U, 65U, 66U, 67U, 100U, 1021U, 1022U, 1023U, 1024U, 2000U})
    check_line(walker, verdict, nested(depth));
  for (const std::size_t size : {63U, 64U, 65U, 100'000U, 3'000'000U}) {
    check_line(walker, verdict, "{\"a\":\"" + std::string(size, 'x') + "\"}");
    check_line(walker, verdict, "{\"a\":\"" + std::string(size, 'x') + "\xC3\"}");
    check_line(walker, verdict, "{\"a\":" + std::string(size, '7') + "}");
    check_line(walker, verdict, "{\"a\":\"" + std::string(size, '\\') + "\"}");
  }
  for (const char* bytes :
       {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\n", "\x01"})
    check_line(walker, verdict, std::string("{\"a\":\"") + bytes + "\",\"b\":1}");
}
