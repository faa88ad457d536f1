#include "tools/walcat/commands/portable_digest.hpp"

#include "tools/walcat/encode/plain.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using walcat::TypeForm;

namespace {

walcat::Type shape(TypeForm form) {
  walcat::Type out;
  out.form = form;
  return out;
}

std::string portable(std::string_view text, const std::string& type, const walcat::Type& shape) {
  std::string out;
  const walcat::Codec codec = walcat::PlainEncoding::compile(shape);
  const bool any = walcat::append_portable(out, text, {.name = "c", .type = type}, codec);
  return any ? out : "nothing";
}

}  // namespace

TEST_CASE("floats as ECMAScript prints them") {
  const walcat::Type number = shape(TypeForm::number);
  CHECK(portable("1e+20", "float8", number) == "100000000000000000000");
  CHECK(portable("-0", "float8", number) == "0");
  CHECK(portable("0.1", "float4", number) == "0.1");
  CHECK(portable("1e-07", "float4", number) == "1e-7");
  CHECK(portable("NaN", "float8", number) == "NaN");
  CHECK(portable("-Infinity", "float4", number) == "-Infinity");
}

TEST_CASE("documents in canonical form") {
  const walcat::Type json = shape(TypeForm::json);
  CHECK(portable("{\"b\": 1.0,\n \"a\": [1, null]}", "json", json) == R"({"a":[1,null],"b":1})");
  CHECK(portable("null", "json", json) == "nothing");
  CHECK(portable("\"null\"", "json", json) == "\"null\"");
  walcat::Type array = shape(TypeForm::array);
  array.element = std::make_shared<walcat::Type>();
  CHECK(portable("{a,\"b,c\",NULL}", "", array) == R"(["a","b,c",null])");
}

TEST_CASE("other types as the server prints them") {
  CHECK(portable("ab  ", "bpchar", {}) == "ab  ");
  CHECK(portable("10.0.0.1", "inet", {}) == "10.0.0.1");
}

TEST_CASE("what SQL makes") {
  CHECK(walcat::is_portable_in_sql("numeric"));
  CHECK(walcat::is_portable_in_sql("text"));
  CHECK_FALSE(walcat::is_portable_in_sql("float8"));
  CHECK_FALSE(walcat::is_portable_in_sql("bpchar"));
  CHECK_FALSE(walcat::is_portable_in_sql(""));
}
