#include "common/event/unavailable.hpp"

#include <doctest/doctest.h>

using namespace cdckit::event;

TEST_CASE("the placeholder in every shape") {
  const Unavailable unavailable(kUnavailable);
  CHECK(unavailable.is(R"("__debezium_unavailable_value")"));
  CHECK(unavailable.is(R"("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==")"));
  CHECK(unavailable.is(R"("5f5f646562657a69756d5f756e617661696c61626c655f76616c7565")"));
  CHECK(unavailable.is(R"(["__debezium_unavailable_value"])"));
  CHECK(unavailable.is(R"(["X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="])"));
  CHECK(unavailable.is(
      "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,"
      "108,117,101]"));
  CHECK(unavailable.is(R"({"__debezium_unavailable_value":"__debezium_unavailable_value"})"));
  CHECK(unavailable.is(R"("{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}")"));
  CHECK(unavailable.is(R"({"scale":0,"value":"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="})"));
  CHECK(unavailable.is(
      R"({"wkb":"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==","srid":null,"extensions":null})"));
}

TEST_CASE("what only looks like it is a value") {
  const Unavailable unavailable(kUnavailable);
  for (const char* json : {R"("__debezium_unavailable_values")",
                           R"("")",
                           "null",
                           "17",
                           "[]",
                           "[95,95,100]",
                           "[[\"__debezium_unavailable_value\"]]",
                           R"(["__debezium_unavailable_value","x"])",
                           R"({"a":"b"})",
                           "{}",
                           R"({"scale":0,"value":"AQ=="})"})
    CHECK_FALSE(unavailable.is(json));
  CHECK_FALSE(Unavailable("").is(R"("")"));
}

TEST_CASE("one's own placeholder, as text and as bytes") {
  CHECK(Unavailable("n/a \"x\"").is(R"("n/a \"x\"")"));
  CHECK_FALSE(Unavailable("n/a").is(R"("__debezium_unavailable_value")"));
  CHECK(Unavailable("hex:4142").is(R"("AB")"));
  CHECK(Unavailable("hex:4142").is(R"("QUI=")"));
  CHECK(Unavailable("hex:4142").is("[65.0,66.0]"));
}
