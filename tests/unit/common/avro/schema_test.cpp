#include "common/avro/schema.hpp"

#include "common/base/error.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::avro;

TEST_CASE("the text is kept byte by byte, and so are Connect's notes") {
  const std::string text =
      R"( {"type":"record","name":"V","namespace":"a.b","connect.name":"a.b.V","connect.version":2,)"
      R"("fields":[{"name":"d","cdc.name":"d d","default":null,"type":["null",{"type":"bytes",)"
      R"("logicalType":"decimal","precision":7,"scale":2,"connect.parameters":{"scale":"2"}}]}]} )";
  const Schema schema = Schema::parse(text);
  CHECK(schema.text() == text);
  const Node& root = schema.node(schema.root());
  CHECK(root.type == Type::record);
  CHECK(root.full_name == "a.b.V");
  CHECK(root.connect.name == "a.b.V");
  CHECK(root.connect.version == "2");
  CHECK(root.fields.at(0).name == "d");
  CHECK(root.fields.at(0).original == "d d");
  CHECK(root.fields.at(0).default_json == "null");
  const auto nullable = nullable_of(schema, root.fields.at(0).type);
  REQUIRE(nullable);
  CHECK(nullable->null_branch == 0);
  const Node& decimal = schema.node(nullable->inner);
  CHECK(decimal.logical == Logical::decimal);
  CHECK(decimal.scale == 2);
  CHECK(decimal.precision == 7);
  CHECK(decimal.connect.parameters == R"({"scale":"2"})");
}

TEST_CASE("a union of null and one type is nullable, whichever comes first") {
  const Schema last = Schema::parse(R"(["int","null"])");
  CHECK(nullable_of(last, last.root())->null_branch == 1);
  const Schema three = Schema::parse(R"(["null","int","string"])");
  CHECK_FALSE(nullable_of(three, three.root()));
  const Schema none = Schema::parse(R"("int")");
  CHECK_FALSE(nullable_of(none, none.root()));
}

TEST_CASE("types of referenced schemas are known, at any depth") {
  const std::vector<std::string> references{
      R"({"type":"fixed","name":"x.Id","size":4})",
      R"({"type":"record","name":"B","namespace":"x","fields":[{"name":"id","type":"Id"}]})"};
  const Schema schema = Schema::parse(
      R"({"type":"record","name":"C","namespace":"y","fields":[{"name":"b","type":"x.B"},)"
      R"({"name":"id","type":"x.Id"}]})",
      references);
  const Node& root = schema.node(schema.root());
  CHECK(schema.node(root.fields.at(0).type).full_name == "x.B");
  CHECK(schema.node(root.fields.at(1).type).size == 4);
  CHECK_THROWS_AS(Schema::parse(R"({"type":"array","items":"x.B"})"), base::Error);
}

TEST_CASE("types are spelled as Avro does") {
  for (const char* name :
       {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}) {
    const Schema schema = Schema::parse("\"" + std::string(name) + "\"");
    CHECK(to_text(schema.node(schema.root()).type) == name);
  }
}
