#include "tools/cdc-check/rules/json_text.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("JSON to nodes with places") {
  const Node node =
      parse_json("{\n  \"a\": [1, \"\\ud83d\\ude00\"],\n \"b\": null, \"c\": true}\n", "s.json");
  CHECK(node.items.size() == 3);
  CHECK(node.items[0].items[1].text == "😀");
  CHECK(node.items[0].items[0].place.text() == "s.json:2:9");
  CHECK(node.items[1].name_place.text() == "s.json:3:2");
  CHECK(node.items[2].type == Node::Type::boolean);
}

TEST_CASE("what is no JSON, and names that come twice") {
  CHECK_THROWS_WITH(parse_json("{", "s.json"), "could not use rules \"s.json\": it is no JSON");
  CHECK_THROWS_AS(parse_json("", "s.json"), cdckit::base::Error);
  CHECK_THROWS_WITH(parse_json("{\"a\":1,\n\"a\":2}", "s.json"),
                    "could not use rules \"s.json:2:1\": \"a\" stands there twice");
}
