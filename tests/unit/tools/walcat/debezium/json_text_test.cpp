#include "tools/walcat/debezium/json_text.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("strings as Jackson writes them") {
  CHECK(java_string("uni é \xF0\x9F\x98\x80 \"q\" \\ /x\t\x01\x1f\x7f") ==
        R"("uni é \uD83D\uDE00 \"q\" \\ /x\t\u0001\u001F)"
        "\x7f\"");
  CHECK(java_string("\b\n\f\r") == R"("\b\n\f\r")");
  CHECK(java_string("") == "\"\"");
}

TEST_CASE("a special letter is found at every place") {
  for (std::size_t at = 0; at < 40; ++at) {
    for (const std::string special : {"\"", "\\", "\x1f", "\xF4\x8F\xBF\xBF"}) {
      std::string text(40, 'x');
      text.replace(at, 1, special);
      std::string expected(40, 'x');
      const std::string escaped = special == "\""     ? "\\\""
                                  : special == "\\"   ? "\\\\"
                                  : special == "\x1f" ? "\\u001F"
                                                      : "\\uDBFF\\uDFFF";
      expected.replace(at, 1, escaped);
      CHECK(java_string(text) == "\"" + expected + "\"");
    }
  }
}

TEST_CASE("letters of two and three bytes stay") {
  const std::string text = "\xC2\x80\xDF\xBF\xE2\x82\xAC\xEF\xBF\xBF\xED\x9F\xBF abcdefgh";
  CHECK(java_string(text) == "\"" + text + "\"");
}

TEST_CASE("base64 in quotes") {
  CHECK(base64_string("") == "\"\"");
  CHECK(base64_string("fo") == "\"Zm8=\"");
}

TEST_CASE("integers of all sizes") {
  std::string out;
  append_integer(out, INT64_MIN);
  append_integer(out, INT64_MAX);
  CHECK(out == "-92233720368547758089223372036854775807");
}
