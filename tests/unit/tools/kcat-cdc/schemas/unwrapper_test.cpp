#include "tools/kcat-cdc/schemas/unwrapper.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::kcat_cdc::Unwrapped;
using cdckit::kcat_cdc::Unwrapper;

TEST_CASE("a schema is one object however often it comes") {
  Unwrapper unwrapper;
  const std::string one = R"({"schema":{"a":1},"payload":{"x":1}})";
  const std::string two = R"({"schema":{"a":1},"payload":{"x":22}})";
  const Unwrapped first = unwrapper.take_off(one);
  CHECK(first.payload == R"({"x":1})");
  CHECK(*first.schema == R"({"a":1})");
  CHECK(first.checked);
  const Unwrapped second = unwrapper.take_off(two);
  CHECK(second.payload == R"({"x":22})");
  CHECK(second.schema == first.schema);
  CHECK_FALSE(second.checked);
}

TEST_CASE("schemas that take turns are remembered, more than a few are not") {
  Unwrapper unwrapper;
  const auto document = [](int i) {
    return R"({"schema":{"a":)" + std::to_string(i) + R"(},"payload":1})";
  };
  const auto a = unwrapper.take_off(document(1)).schema;
  const auto b = unwrapper.take_off(document(2)).schema;
  CHECK(unwrapper.take_off(document(1)).schema == a);
  CHECK(unwrapper.take_off(document(2)).schema == b);
  for (int i = 3; i < 9; ++i) unwrapper.take_off(document(i));
  CHECK(unwrapper.take_off(document(1)).schema != a);
  CHECK(*unwrapper.take_off(document(1)).schema == *a);
}

TEST_CASE("white space and the order of the two members mean nothing") {
  Unwrapper unwrapper;
  const auto schema = unwrapper.take_off(R"({"schema":{"a":1},"payload":{"x":1}})").schema;
  for (const char* text : {R"({ "schema" : {"a":1} , "payload" : {"x":1}})",
                           R"({"payload":{"x":1},"schema":{"a":1}})",
                           "{\n\t\"payload\": {\"x\":1},\r\n \"schema\": {\"a\":1}\n}"}) {
    const Unwrapped found = unwrapper.take_off(text);
    CHECK(found.wrapped);
    CHECK(found.checked);
    CHECK(found.payload == R"({"x":1})");
    CHECK(*found.schema == *schema);
    CHECK(unwrapper.take_off(text).schema == found.schema);
  }
  CHECK(unwrapper.take_off(R"({"schema":{"a":1},"payload":{"x":1}})").schema == schema);
  const Unwrapped bare = unwrapper.take_off(R"({"payload":{"x":1},"schema":null})");
  CHECK(bare.wrapped);
  CHECK(bare.payload == R"({"x":1})");
  CHECK(bare.schema == nullptr);
}

TEST_CASE("what is not wrapped stays as it is") {
  Unwrapper unwrapper;
  for (const char* text : {"",
                           "{}",
                           "null",
                           R"({"schema":1,"payload":1})",
                           R"({"schema":{}})",
                           R"({"schema":{},"payload":1,"more":1})",
                           R"({"schema":{},"payload":})",
                           R"({"payload":1,"schema":1})",
                           R"({"payload":1,"schema":{},"more":1})",
                           R"({"payload":1})",
                           R"({"schema":{},"schema":{}})",
                           "{",
                           "{ ",
                           R"({"schema":{},"payload":1)"}) {
    const Unwrapped found = unwrapper.take_off(text);
    CHECK(found.payload == text);
    CHECK_FALSE(found.wrapped);
  }
  const Unwrapped null = unwrapper.take_off(R"({"schema":null,"payload":null})");
  CHECK(null.wrapped);
  CHECK(null.payload == "null");
  CHECK(null.schema == nullptr);
}
