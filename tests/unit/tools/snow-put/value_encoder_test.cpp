#include "tools/snow-put/value_encoder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string encoded(const char* type, std::string_view token) {
  std::string out;
  snow_put::append_value(out, snow::parse_column_type(type), token);
  return out;
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
  CHECK(encoded("BINARY", R"("\\xzz")") == R"("\\xzz")");
  CHECK(encoded("FLOAT", R"("-Infinity")") == R"("-inf")");
  CHECK(encoded("FLOAT", "1.5") == "1.5");
  CHECK(encoded("VARIANT", R"({"a": [1]})") == R"({"a": [1]})");
}
