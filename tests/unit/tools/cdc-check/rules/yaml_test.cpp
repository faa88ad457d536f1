#include "tools/cdc-check/rules/yaml.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

std::string failure(const std::string& text) {
  try {
    parse_yaml(text, "f.yaml");
  } catch (const cdckit::base::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("plain scalars have the types of the core schema") {
  const Node node = parse_yaml(
      "[1, -2.5, 1e3, +4, .5, 5., 007, true, FALSE, null, ~, '1', \"true\", yes, 1.2.3, 0x1F, "
      "!!str 5]",
      "f");
  const std::vector<std::pair<Node::Type, std::string>> wanted{{Node::Type::number, "1"},
                                                               {Node::Type::number, "-2.5"},
                                                               {Node::Type::number, "1e3"},
                                                               {Node::Type::number, "4"},
                                                               {Node::Type::number, "0.5"},
                                                               {Node::Type::number, "5"},
                                                               {Node::Type::number, "7"},
                                                               {Node::Type::boolean, "true"},
                                                               {Node::Type::boolean, "false"},
                                                               {Node::Type::null, ""},
                                                               {Node::Type::null, ""},
                                                               {Node::Type::text, "1"},
                                                               {Node::Type::text, "true"},
                                                               {Node::Type::text, "yes"},
                                                               {Node::Type::text, "1.2.3"},
                                                               {Node::Type::text, "0x1F"},
                                                               {Node::Type::text, "5"}};
  REQUIRE(node.items.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(node.items[i].type == wanted[i].first);
    CHECK(node.items[i].text == wanted[i].second);
  }
}

TEST_CASE("places") {
  const Node node = parse_yaml("a: 1\nb:\n  - c\n  - d: 2\n", "f");
  CHECK(node.items[0].name_place.text() == "f:1:1");
  CHECK(node.items[0].place.text() == "f:1:4");
  CHECK(node.items[1].items[1].items[0].place.text() == "f:4:8");
}

TEST_CASE("a mapping is taken into another, which has the last word") {
  const Node node = parse_yaml(
      "base: &b {a: 1, c: 2}\nmore: &m {a: 8, d: 9}\none: {<<: *b, a: 3}\ntwo: {<<: [*b, *m], e: "
      "4}\n"
      "\"<<\": text\n",
      "f");
  const auto shown = [](const Node& map) {
    std::string out;
    for (const Node& item : map.items) out += item.name + "=" + item.text + " ";
    return out;
  };
  CHECK(shown(node.items[2]) == "a=3 c=2 ");
  CHECK(shown(node.items[3]) == "e=4 a=1 c=2 d=9 ");
  CHECK(node.items[4].name == "<<");
  CHECK(failure("a: {<<: 1}").find("takes in a mapping") != std::string::npos);
}

TEST_CASE("what is no rule file") {
  CHECK(failure("a: [1").starts_with("could not use rules \"f.yaml:"));
  CHECK(failure("a: 1\na: 2").find("f.yaml:2:1") != std::string::npos);
  CHECK(failure("a: 1\n---\nb: 2").find("more than one document") != std::string::npos);
  CHECK(failure(",.b +(1v").find("more than one document") != std::string::npos);  // ends at all
  CHECK(failure("a: 1\n]") != "");
  CHECK(failure("\xff").find("no UTF-8") != std::string::npos);
  CHECK(failure("a: !x 1").find("tag") != std::string::npos);
  CHECK(failure("? [a]\n: 1").find("a name is text") != std::string::npos);
  CHECK(failure("a: 1234567890123456789012345678901234567890") != "");
  CHECK(failure("a: *b") != "");
  CHECK(failure(std::string(100'000, '[')) != "");
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int k = 0; k < 9; ++k) bomb += "," + below;
    bomb += "]\n";
  }
  CHECK(failure(bomb).find("100,000 values") != std::string::npos);
  CHECK(failure("") == "");
}
