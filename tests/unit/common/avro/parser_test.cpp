#include "common/avro/parser.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::avro;

namespace {
Schema parse(std::string_view text) {
  return Schema::parse(text);
}
std::string refusal(std::string_view text) {
  try {
    parse(text);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    return error.what();
  }
  return "taken";
}
Logical logical_of(std::string_view text) {
  const Schema schema = parse(text);
  return schema.node(schema.root()).logical;
}
}  // namespace

TEST_CASE("names are looked up in the namespace around them") {
  const Schema schema =
      parse(R"({"type":"record","name":"A","namespace":"n","fields":[)"
            R"({"name":"e","type":{"type":"enum","name":"E","symbols":["x","y"]}},)"
            R"({"name":"f","type":{"type":"fixed","name":"m.F","size":2}},)"
            R"({"name":"e2","type":"E"},{"name":"e3","type":"n.E"},{"name":"f2","type":"m.F"},)"
            R"({"name":"g","type":{"type":"record","name":"G","namespace":"","fields":[)"
            R"({"name":"a","type":["null","n.A"]}]}}]})");
  const Node& root = schema.node(schema.root());
  CHECK(schema.node(root.fields.at(0).type).full_name == "n.E");
  CHECK(schema.node(root.fields.at(1).type).full_name == "m.F");
  CHECK(root.fields.at(2).type == root.fields.at(0).type);
  CHECK(root.fields.at(3).type == root.fields.at(0).type);
  CHECK(root.fields.at(4).type == root.fields.at(1).type);
  const Node& inner = schema.node(root.fields.at(5).type);
  CHECK(inner.full_name == "G");
  CHECK(nullable_of(schema, inner.fields.at(0).type)->inner == schema.root());
}

TEST_CASE("a type may stand in an object of its own, a primitive without quotes") {
  CHECK(parse(R"({"type":{"type":{"type":"int"}}})").size() == 1);
  CHECK(parse(R"({"type":["null","int"]})").size() == 3);
  const Schema schema = parse("string");
  CHECK(schema.node(schema.root()).type == Type::string);
}

TEST_CASE("logical types count where they are valid") {
  CHECK(logical_of(R"({"type":"int","logicalType":"date"})") == Logical::date);
  CHECK(logical_of(R"({"type":"long","logicalType":"date"})") == Logical::none);
  CHECK(logical_of(R"({"type":"long","logicalType":"timestamp-micros"})") ==
        Logical::timestamp_micros);
  CHECK(logical_of(R"({"type":"string","logicalType":"uuid"})") == Logical::uuid);
  CHECK(logical_of(R"({"type":"fixed","name":"U","size":16,"logicalType":"uuid"})") ==
        Logical::uuid);
  CHECK(logical_of(R"({"type":"fixed","name":"U","size":15,"logicalType":"uuid"})") ==
        Logical::none);
  CHECK(logical_of(R"({"type":"fixed","name":"D","size":12,"logicalType":"duration"})") ==
        Logical::duration);
  CHECK(logical_of(R"({"type":"bytes","logicalType":"decimal","precision":4})") ==
        Logical::decimal);
  CHECK(logical_of(R"({"type":"bytes","logicalType":"decimal","precision":2,"scale":4})") ==
        Logical::none);
  CHECK(logical_of(R"({"type":"bytes","logicalType":"decimal","precision":2,"scale":-1})") ==
        Logical::none);
  CHECK(logical_of(R"({"type":"bytes","logicalType":"decimal"})") == Logical::none);
  CHECK(logical_of(R"({"type":"bytes","logicalType":"something"})") == Logical::none);
}

TEST_CASE("what is no schema is refused, with the reason") {
  CHECK(refusal("{") == "could not read Avro schema: it is no JSON");
  CHECK(refusal("12").find("neither a name") != std::string::npos);
  CHECK(refusal("\"what\"").find("no type \"what\"") != std::string::npos);
  CHECK(refusal("[]").find("no types") != std::string::npos);
  CHECK(refusal(R"(["int",["null"]])").find("holds a union") != std::string::npos);
  CHECK(refusal("{}").find("no \"type\"") != std::string::npos);
  CHECK(refusal(R"({"type":"array"})").find("items") != std::string::npos);
  CHECK(refusal(R"({"type":"record","name":"A"})").find("fields") != std::string::npos);
  CHECK(refusal(R"({"type":"record","fields":[]})").find("name") != std::string::npos);
  CHECK(refusal(R"({"type":"fixed","name":"A","size":-1})").find("size") != std::string::npos);
  CHECK(refusal(R"({"type":"enum","name":"A","symbols":[1]})").find("symbol") != std::string::npos);
  CHECK(refusal(
            R"(["null",{"type":"fixed","name":"A","size":1},{"type":"fixed","name":"A","size":1}])")
            .find("twice") != std::string::npos);
  CHECK(refusal(R"({"type":"record","name":"A","fields":[{"name":"a","type":"int"},)"
                R"({"name":"a","type":"int"}]})")
            .find("twice") != std::string::npos);
  std::string deep = "\"int\"";
  for (int i = 0; i < 200; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  CHECK(refusal(deep).find("too deeply") != std::string::npos);
}
