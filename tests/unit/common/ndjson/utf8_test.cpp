#include "common/ndjson/utf8.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::ndjson::is_utf8;

TEST_CASE("characters of every length are valid, alone and behind a long text") {
  for (const char* text : {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    CHECK(is_utf8(text));
    CHECK(is_utf8(std::string(100, 'x') + text));
  }
}

TEST_CASE("cut, overlong and surrogate sequences are not") {
  for (const char* text :
       {"\xC3", "\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    CHECK_FALSE(is_utf8(text));
    CHECK_FALSE(is_utf8(std::string(100, 'x') + text));
    CHECK_FALSE(is_utf8(text + std::string(100, 'x')));
  }
}
