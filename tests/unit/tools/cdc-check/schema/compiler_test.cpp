#include "tools/cdc-check/schema/compiler.hpp"

#include "common/base/error.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

namespace {

std::string failure(const std::string& yaml) {
  try {
    compile_schema(parse_yaml(yaml, "s"));
  } catch (const cdckit::base::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what is not supported is refused, never ignored") {
  const std::pair<const char*, const char*> cases[]{
      {"{properties: {a: {$vocabulary: {}}}}", "s:1:19"},
      {"{$dynamicRef: '#x'}", "not supported"},
      {"{$ref: 'http://example.com/x'}", "leads out of the schema"},
      {"{$ref: other.json}", "leads out of the schema"},
      {"{$ref: '#/nowhere'}", "leads nowhere"},
      {"{$ref: '#nowhere'}", "leads nowhere"},
      {"{$schema: 'http://json-schema.org/draft-07/schema#'}", "is not draft 2020-12"},
      {"{properties: {a: {$id: 'x#y'}}}", "URI without a fragment"},
      {"{$id: 'http://a/b', $ref: 'http://a/c'}", "leads out of the schema"},
      {"{minimun: 1}", "has no word \"minimun\""},
      {"{minLength: -1}", "not negative"},
      {"{minimum: x}", "38 digits"},
      {"{multipleOf: 0}", "above 0"},
      {"{pattern: '(?=x)'}", "cannot be used"},
      {"{type: strin}", "there is no type"},
      {"{enum: 1}", "\"enum\" is a list"},
      {"{allOf: []}", "a list of schemas"},
      {"{allOf: [1]}", "a schema is a mapping, true or false"},
      {"{properties: [1]}", "is a mapping"},
      {"{required: a}", "a list of names"},
      {"{$ref: '#'}", "refers to itself without end"},
      {"{$defs: {a: {$ref: '#/$defs/b'}, b: {allOf: [{$ref: '#/$defs/a'}]}}}", "refers to itself"},
      {"{$defs: {a: {typo: 1}}}", "has no word \"typo\""},
      {"{definitions: {a: true}}", "not supported"},
      {"5", "a schema is a mapping"}};
  for (const auto& [yaml, wanted] : cases) {
    const std::string got = failure(yaml);
    CHECK_MESSAGE(got.find(wanted) != std::string::npos, yaml << ": " << got);
  }
}

TEST_CASE("nodes are compiled once, references and anchors found") {
  CHECK(failure("{$schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'http://x/y', "
                "title: t, default: 1}") == "");
  CHECK(failure("{properties: {a: {$ref: '#'}}}") == "");
  CHECK(failure("{format: date, properties: {a: {$id: 'x', format: uuid}}}") == "");
  CHECK(failure("{$id: 'http://a/b', $defs: {c: {$id: d, type: integer}}, $ref: d}") == "");
  const auto nodes =
      compile_schema(parse_yaml("{$defs: {n: {$anchor: here, type: integer}}, properties: {a: "
                                "{$ref: '#here'}, b: {$ref: '#/$defs/n'}}}",
                                "s"));
  CHECK(nodes.size() == 4);
  CHECK(nodes[0].location == "#");
}
