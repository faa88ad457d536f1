#include "common/base/json_string.hpp"

#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::base;

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_json_escaped(out, text);
  return out;
}

constexpr const char* kReplacement = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("escapes") {
  CHECK(escaped("a\"b\\c/d") == "a\\\"b\\\\c/d");
  CHECK(escaped("\b\f\n\r\t") == "\\b\\f\\n\\r\\t");
  CHECK(escaped(std::string_view("\0\x1F\x7F", 3)) == "\\u0000\\u001f\x7F");
  CHECK(escaped("grüße ✈ 😀") == "grüße ✈ 😀");
}

TEST_CASE("what is escaped reads back") {
  std::string all;
  for (int i = 0; i < 128; ++i) all += static_cast<char>(i);
  CHECK(nlohmann::json::parse('"' + escaped(all) + '"').get<std::string>() == all);
}

TEST_CASE("the first byte to escape, wherever it stands") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string plain(size, '\x80');
    CHECK(find_json_escape(plain) == size);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char byte : {'"', '\\', '\0', '\x1F', '\n'}) {
        std::string text = plain;
        text[at] = byte;
        CHECK(find_json_escape(text) == at);
        CHECK(find_json_escape(text, at + 1) == size);
      }
      for (const char byte : {' ', '!', '#', '[', ']', '\x7F', '\xFF', '/'}) {
        std::string text = plain;
        text[at] = byte;
        CHECK(find_json_escape(text) == size);
      }
    }
  }
}

TEST_CASE("valid UTF-8 stays, each bad byte becomes U+FFFD") {
  CHECK(to_valid_utf8("grüße ✈ 😀") == "grüße ✈ 😀");
  CHECK(to_valid_utf8("a\xFF"
                      "b") == std::string("a") + kReplacement + "b");
  CHECK(to_valid_utf8("\xC3") == kReplacement);                                  // cut
  CHECK(to_valid_utf8("\xC0\xAF") == std::string(kReplacement) + kReplacement);  // overlong
  CHECK(to_valid_utf8("\xED\xA0\x80").size() == 9);                              // surrogate
  CHECK(to_valid_utf8("\xF4\x90\x80\x80").size() == 12);                         // beyond U+10FFFF
  CHECK(to_valid_utf8("\xF4\x8F\xBF\xBF") == "\xF4\x8F\xBF\xBF");
  CHECK(to_valid_utf8("\xE0\x80\x80").size() == 9);  // overlong
  CHECK(to_valid_utf8("\xE2\x9C"
                      "x") == std::string(kReplacement) + kReplacement + "x");
}

TEST_CASE("any bytes become a JSON string") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (auto length = random() % 24; length > 0; --length)
      bytes += static_cast<char>(random() % 256);
    CAPTURE(round);
    CHECK(nlohmann::json::accept('"' + escaped(to_valid_utf8(bytes)) + '"'));
  }
}
