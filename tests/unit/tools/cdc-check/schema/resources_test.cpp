#include "tools/cdc-check/schema/resources.hpp"

#include "common/base/error.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("references against a base") {
  const std::tuple<const char*, const char*, const char*> cases[]{
      {"http://a/b/c", "", "http://a/b/c"},
      {"http://a/b/c", "#x", "http://a/b/c"},
      {"http://a/b/c", "d", "http://a/b/d"},
      {"http://a/b/c", "d/e#x", "http://a/b/d/e"},
      {"http://a/b/c", "./d", "http://a/b/d"},
      {"http://a/b/c", "../d", "http://a/d"},
      {"http://a/b/c", "/d", "http://a/d"},
      {"http://a/b/c", "//x/y", "http://x/y"},
      {"http://a/b/c", "https://x/y", "https://x/y"},
      {"http://a", "d", "http://a/d"},
      {"urn:uuid:1", "#x", "urn:uuid:1"},
      {"urn:uuid:1", "urn:uuid:2", "urn:uuid:2"},
      {"", "d.json", "d.json"}};
  for (const auto& [base, reference, wanted] : cases)
    CHECK_MESSAGE(resolve_uri(base, reference) == wanted, base << " + " << reference);
}

TEST_CASE("resources and anchors of a schema, not of its values") {
  const Node root = parse_yaml(
      "{$id: 'http://a/root', $anchor: top, $defs: {b: {$id: b, $anchor: top, properties: {$id: "
      "{type: string}}}, c: {const: {$id: c}, enum: [{$id: e}]}}}",
      "s");
  Resources resources;
  resources.note(root);
  const Node& b = root.find("$defs")->items.front();
  CHECK(resources.find("http://a/root", "b") == &b);
  CHECK(resources.find("http://a/b", "#x") == &b);
  CHECK(resources.find("http://a/root", "") == &root);
  CHECK(resources.find("http://a/root", "c") == nullptr);
  CHECK(resources.find("http://a/root", "e") == nullptr);
  CHECK(resources.anchor(b, "top") == &b);
  CHECK(resources.anchor(root, "top") == &root);
  CHECK(resources.anchor(root, "none") == nullptr);
  CHECK(resources.base_of(b) == "http://a/b");
  CHECK_THROWS_AS(Resources().note(parse_yaml("{$id: 'x#y'}", "s")), cdckit::base::Error);
}
