#include "common/debezium/plain_check.hpp"

#include <doctest/doctest.h>

using namespace cdckit::debezium;

namespace {

bool fine(std::string_view type, std::string_view json) {
  return check_unsaid(plain_check(type), json) == nullptr;
}

}  // namespace

TEST_CASE("a value that means the same in both encodings passes") {
  CHECK(fine("integer", "7"));
  CHECK(fine("text", R"("abc")"));
  CHECK(fine("uuid", R"("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")"));
  CHECK(fine("date", R"("2024-02-29")"));
  CHECK(fine("date", "null"));
  CHECK(fine("numeric(12,2)", "12.50"));
  CHECK(fine("numeric", R"("12.5")"));
  CHECK(fine("numeric", R"("NaN")"));
  CHECK(fine("bytea", R"("\\x00ff")"));
  CHECK(fine("jsonb", R"({"a":1})"));
  CHECK(fine("jsonb", R"("hello world")"));
  CHECK(fine("date[]", R"([["2024-01-01"],[null]])"));
  CHECK(fine("timestamp(3) without time zone", R"("2024-02-29T13:14:15.5")"));
}

TEST_CASE("what could be Debezium's is not guessed") {
  CHECK_FALSE(fine("date", "19782"));
  CHECK_FALSE(fine("time without time zone", "131415"));
  CHECK_FALSE(fine("timestamp without time zone", "1709212455123456"));
  CHECK_FALSE(fine("interval", "37091106789000"));
  CHECK_FALSE(fine("numeric", R"("1000")"));
  CHECK_FALSE(fine("numeric", R"({"scale":0,"value":"AQ=="})"));
  CHECK_FALSE(fine("money", R"("1234")"));
  CHECK_FALSE(fine("bytea", R"("aGVsbG8=")"));
  CHECK_FALSE(fine("jsonb", R"("{\"a\": 1}")"));
  CHECK_FALSE(fine("json", R"("123")"));
  CHECK_FALSE(fine("point", R"({"x":1.0,"y":2.0})"));
  CHECK_FALSE(fine("date[]", "[19782]"));
  CHECK_FALSE(fine("bytea[]", R"(["AAE="])"));
  CHECK_FALSE(fine("text", R"("__debezium_unavailable_value")"));
  CHECK_FALSE(fine("text[]", R"(["__debezium_unavailable_value"])"));
}
