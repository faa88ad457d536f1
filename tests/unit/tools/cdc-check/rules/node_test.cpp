#include "tools/cdc-check/rules/node.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("nodes become JSON, and text YAML that reads back") {
  std::string json;
  append_json(json, parse_yaml("{a: [1, 2.50, null, yes, 'q\"'], b: {c: true}}", "f"));
  CHECK(json == R"({"a":[1,2.50,null,"yes","q\""],"b":{"c":true}})");
  for (const char* text :
       {"plain", "a b", "12", "true", "null",  "",       "- x",      "a: b", "#c", "'",
        "\"",    "ü",   "~",  "1e5",  " lead", "trail ", "^[A-Z]+$", "a\nb", "@x", "no"}) {
    const Node back = parse_yaml("k: " + yaml_scalar(text), "f");
    CHECK_MESSAGE(back.items.at(0).type == Node::Type::text, text);
    CHECK(back.items.at(0).text == text);
  }
}

TEST_CASE("a refusal names its place") {
  CHECK(Place{"f.yaml", 3, 7}.text() == "f.yaml:3:7");
  CHECK(Place{"f.yaml"}.text() == "f.yaml");
  CHECK_THROWS_WITH(refuse({"f.yaml", 3, 7}, "why"), "could not use rules \"f.yaml:3:7\": why");
  Node node;
  CHECK(node.find("a") == nullptr);
  CHECK(node.type_name() == std::string("null"));
}
