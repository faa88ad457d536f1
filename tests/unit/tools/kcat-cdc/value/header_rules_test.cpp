#include "tools/kcat-cdc/value/header_rules.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::HeaderRules;

TEST_CASE("texts that are no header, and names that are the tool's") {
  for (const char* text :
       {"a", "=b", "a=@", "cdc.pos=1", "__debezium.newkey=1", "__value_schema_id=1"})
    CHECK_THROWS_AS_MESSAGE(HeaderRules({text}), base::Error, text);
  CHECK_NOTHROW(HeaderRules({"a=", "a=b=c", "cdc=1"}));
}

TEST_CASE("a column with a name that JSON escapes") {
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  const std::string line = R"({"after":{"a\"b":"x\ny","n":null},"source":{},"op":"c"})";
  REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
  HeaderRules rules({"h=@a\"b", "n=@n"});
  std::vector<kafka::Header> headers;
  rules.append(headers, event);
  REQUIRE(headers.size() == 2);
  CHECK(headers[0].value == "x\ny");
  CHECK_FALSE(headers[1].value.has_value());
}

TEST_CASE("what stands for a value that was not sent makes no header") {
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  const std::string line =
      R"({"after":{"a":"__debezium_unavailable_value","b":"kept"},"source":{},"op":"u"})";
  REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
  std::vector<kafka::Header> headers;
  HeaderRules({"a=@a", "b=@b"}).append(headers, event);
  REQUIRE(headers.size() == 1);
  CHECK(headers[0].name == "b");
  headers.clear();
  HeaderRules({"a=@a", "b=@b"}, "kept").append(headers, event);
  REQUIRE(headers.size() == 1);
  CHECK(headers[0].name == "a");
}
