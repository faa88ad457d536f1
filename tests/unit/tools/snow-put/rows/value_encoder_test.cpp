#include "tools/snow-put/rows/value_encoder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string encoded(const char* type, std::string_view token) {
  std::string out;
  const char* reason = snow_put::append_value(out, snow::parse_column_type(type), token);
  return reason == nullptr ? out : std::string("bad");
}

std::string large(const char* type, std::string_view token, snow_put::Oversize oversize) {
  std::string out;
  const char* reason = snow_put::append_value(out, snow::parse_column_type(type), token, oversize);
  return reason == nullptr ? out : std::string("bad");
}

}  // namespace

TEST_CASE("numbers keep every digit") {
  CHECK(encoded("NUMBER(10,0)", "123") == "123");
  CHECK(encoded("NUMBER(19,0)", "9223372036854775807") == R"("9223372036854775807")");
  CHECK(encoded("NUMBER(12,2)", "1.20") == R"("1.20")");
  CHECK(encoded("NUMBER(12,2)", R"("1.2")") == R"("1.2")");
  CHECK(encoded("NUMBER(12,2)", "null") == "null");
}

TEST_CASE("text columns take anything as text") {
  CHECK(encoded("VARCHAR", R"("a")") == R"("a")");
  CHECK(encoded("VARCHAR", "1.50") == R"("1.50")");
  CHECK(encoded("VARCHAR", R"({"a":"b"})") == R"("{\"a\":\"b\"}")");
  CHECK(encoded("VARCHAR", "null") == "null");
}

TEST_CASE("hex bytea becomes base64, infinities get their spelling, documents pass") {
  CHECK(encoded("BINARY", R"("\\x00ff61")") == R"("AP9h")");
  CHECK(encoded("BINARY", R"("\\x")") == R"("")");
  CHECK(encoded("BINARY", R"("AP9h")") == R"("AP9h")");
  CHECK(encoded("BINARY", R"("\\xzz")") == "bad");
  CHECK(encoded("BINARY", R"("\\xabc")") == "bad");
  CHECK(encoded("FLOAT", R"("-Infinity")") == R"("-inf")");
  CHECK(encoded("FLOAT", "1.5") == "1.5");
  CHECK(encoded("FLOAT", "1e300") == "1e300");
  CHECK(encoded("FLOAT", "1e400") == "bad");
  CHECK(encoded("FLOAT", R"("-1E-400")") == "bad");
  CHECK(encoded("BOOLEAN", "true") == "true");
  CHECK(encoded("BOOLEAN", "1") == "1");
  CHECK(encoded("BOOLEAN", "2") == "bad");
  CHECK(encoded("VARIANT", R"({"a": [1]})") == R"({"a": [1]})");
}

TEST_CASE("a number that the column would round or cannot hold is bad") {
  CHECK(encoded("NUMBER(12,2)", "1.234") == "bad");
  CHECK(encoded("NUMBER(12,2)", "1.230") == R"("1.230")");
  CHECK(encoded("NUMBER(12,2)", "1.5e0") == R"("1.5e0")");
  CHECK(encoded("NUMBER(12,2)", "15e-3") == "bad");
  CHECK(encoded("NUMBER(5,0)", "123456") == "bad");
  CHECK(encoded("NUMBER(5,0)", "12345") == "12345");
  CHECK(encoded("NUMBER(5,0)", "-1234") == "-1234");
  CHECK(encoded("NUMBER(5,0)", "1e3") == R"("1e3")");
  CHECK(encoded("NUMBER(38,0)", std::string(38, '9')) == "\"" + std::string(38, '9') + "\"");
  CHECK(encoded("NUMBER(38,0)", std::string(39, '9')) == "bad");
  CHECK(encoded("NUMBER(10,0)", R"("NaN")") == "bad");
  CHECK(encoded("NUMBER(10,0)", R"("12")") == R"("12")");
  CHECK(encoded("NUMBER(10,0)", "true") == "1");
}

TEST_CASE("characters that make a column unreadable are bad, wherever they stand") {
  CHECK(encoded("VARCHAR", R"("a\u0000b")") == "bad");
  CHECK(encoded("VARIANT", R"({"a":["x\u0000"]})") == "bad");
  CHECK(encoded("VARCHAR", R"("\ud800")") == "bad");
  CHECK(encoded("VARCHAR", R"("\udc00\ud800")") == "bad");
  CHECK(encoded("VARCHAR", R"("\ud83d\ude00")") == R"("\ud83d\ude00")");
  CHECK(encoded("VARCHAR", R"("\\u0000")") == R"("\\u0000")");  // a backslash and u0000
}

TEST_CASE("dates and times that Snowflake has not") {
  CHECK(encoded("DATE", R"("2026-02-28")") == R"("2026-02-28")");
  CHECK(encoded("DATE", R"("infinity")") == "bad");
  CHECK(encoded("DATE", R"("0044-03-15 BC")") == "bad");
  CHECK(encoded("TIMESTAMP_NTZ", R"("12024-01-01T00:00:00")") == "bad");
  CHECK(encoded("TIMESTAMP_TZ", R"("-infinity")") == "bad");
  CHECK(encoded("TIMESTAMP_TZ", "20000") == "bad");
  CHECK(encoded("TIME", R"("24:00:00")") == "bad");
  CHECK(encoded("TIME", R"("23:59:59.999999")") == R"("23:59:59.999999")");
}

TEST_CASE("16 MB and one byte") {
  const std::string text(snow_put::kLargestText, 'x');
  const std::string fits = "\"" + text + "\"";
  const std::string over = "\"" + text + "y\"";
  CHECK(encoded("VARCHAR", fits) == fits);
  CHECK(encoded("VARCHAR", over) == "bad");
  CHECK(large("VARCHAR", over, snow_put::Oversize::null) == "null");
  std::string accented = "\"";
  while (accented.size() < 6 * (snow_put::kLargestText / 2 + 1)) accented += "\\u00e9";
  CHECK(large("VARCHAR", accented + "\"", snow_put::Oversize::truncate).size() ==
        snow_put::kLargestText + 2);
  CHECK(large("VARCHAR", over, snow_put::Oversize::truncate) == fits);
  CHECK(encoded("VARCHAR", "[" + over + "]") == "bad");
  CHECK(large("VARCHAR", "[" + over + "]", snow_put::Oversize::null) == "null");
  // escapes count as what they stand for
  std::string escaped = "\"" + std::string(snow_put::kLargestText - 1, 'x') + R"(\u0041")";
  CHECK(encoded("VARCHAR", escaped) == escaped);
  CHECK(encoded("VARIANT", over) == "bad");
  CHECK(large("VARIANT", over, snow_put::Oversize::truncate) == "bad");
  CHECK(large("VARIANT", over, snow_put::Oversize::null) == "null");
}
