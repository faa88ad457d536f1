#include "tools/cdc-check/schema/schema.hpp"

#include "tools/cdc-check/rules/yaml.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("what fits, and the part that does not") {
  struct Case {
    const char* schema;
    const char* value;
    const char* broken;  // "": it fits
  };
  const Case cases[]{
      {"true", "1", ""},
      {"false", "1", "#"},
      {"{type: integer}", "1.0", ""},
      {"{type: integer}", "1.5", "#/type"},
      {"{type: [string, 'null']}", "null", ""},
      {"{const: 1}", "1.0", ""},
      {"{const: {a: [1]}}", R"({ "a": [1.0] })", ""},
      {"{enum: [1, a]}", R"("b")", "#/enum"},
      {"{minimum: 0.1}", "0.1", ""},
      {"{exclusiveMinimum: 0.1}", "0.1", "#/exclusiveMinimum"},
      {"{maximum: 9007199254740992}", "9007199254740993", "#/maximum"},
      {"{multipleOf: 0.01}", "0.07", ""},
      {"{maxLength: 2}", R"("\ud83d\ude00x")", ""},
      {"{minLength: 2}", R"("é")", "#/minLength"},
      {"{pattern: b}", R"("abc")", ""},
      {"{properties: {a: {type: string}}}", R"({"a":1})", "#/properties/a/type"},
      {"{properties: {a: {type: string}}}", "[]", ""},
      {"{required: [a, b]}", R"({"a":1,"a":2})", "#/required"},
      {"{required: [a, b]}", R"({"b":null,"\u0061":1})", ""},
      {"{additionalProperties: false, properties: {a: true}, patternProperties: {'^x': true}}",
       R"({"a":1,"xy":2})",
       ""},
      {"{additionalProperties: false, properties: {a: true}}",
       R"({"b":1})",
       "#/additionalProperties"},
      {"{propertyNames: {maxLength: 2}}", R"({"abc":1})", "#/propertyNames"},
      {"{minProperties: 1, maxProperties: 2}", "{}", "#/minProperties"},
      {"{dependentRequired: {a: [b]}}", R"({"a":1})", "#/dependentRequired"},
      {"{dependentSchemas: {a: {required: [c]}}}", R"({"a":1})", "#/dependentSchemas/a/required"},
      {"{prefixItems: [{type: string}], items: {type: integer}}", R"(["a",1,2])", ""},
      {"{prefixItems: [{type: string}], items: {type: integer}}", R"(["a","b"])", "#/items/type"},
      {"{contains: {const: 1}, maxContains: 1}", "[1,1]", "#/maxContains"},
      {"{contains: {const: 1}, minContains: 0}", "[]", ""},
      {"{uniqueItems: true}", R"([{"a":1,"b":2},{"b":2,"a":1.0}])", "#/uniqueItems"},
      {"{allOf: [{minimum: 1}, {maximum: 3}]}", "4", "#/allOf/1/maximum"},
      {"{anyOf: [{type: string}, {minimum: 3}]}", "1", "#/anyOf"},
      {"{oneOf: [{minimum: 1}, {minimum: 2}]}", "3", "#/oneOf"},
      {"{not: {type: string}}", R"("x")", "#/not"},
      {"{if: {minimum: 10}, then: {multipleOf: 10}, else: {multipleOf: 3}}",
       "12",
       "#/then/multipleOf"},
      {"{if: {minimum: 10}, then: {multipleOf: 10}, else: {multipleOf: 3}}", "9", ""},
      {"{properties: {a: {$ref: '#'}}, additionalProperties: false}",
       R"({"a":{"a":{"b":1}}})",
       "#/additionalProperties"},
      {"{allOf: [{properties: {a: true}}], unevaluatedProperties: false}", R"({"a":1})", ""},
      {"{allOf: [{properties: {a: true}}], unevaluatedProperties: false}",
       R"({"b":1})",
       "#/unevaluatedProperties"},
      {"{anyOf: [{properties: {a: {const: 2}}}, {properties: {b: true}}], unevaluatedProperties: "
       "false}",
       R"({"a":1,"b":1})",
       "#/unevaluatedProperties"},
      {"{prefixItems: [true], unevaluatedItems: false}", "[1,2]", "#/unevaluatedItems"},
      {"{contains: {type: string}, unevaluatedItems: {type: integer}}", R"(["a",1])", ""},
  };
  for (const Case& one : cases) {
    Schema schema(parse_yaml(one.schema, "s"));
    CAPTURE(one.schema);
    CAPTURE(one.value);
    const bool holds = schema.holds(one.value);
    CHECK(holds == (one.broken[0] == '\0'));
    if (!holds) CHECK(schema.broken() == one.broken);
  }
}

TEST_CASE("what was not sent is not missing") {
  Schema schema(parse_yaml(
      "{required: [a, b], properties: {c: {type: integer}}, dependentRequired: {a: [d]}}", "s"));
  const cdckit::event::Unavailable placeholder("?");
  CHECK(schema.holds(R"({"a":1,"c":"?"})", R"(["b","d"])", &placeholder));
  CHECK_FALSE(schema.holds(R"({"a":1,"c":"?"})", R"(["b"])", &placeholder));
  CHECK_FALSE(schema.holds(R"({"a":1,"b":1,"d":1,"c":"?"})"));
}

TEST_CASE("many required members, one of them twice") {
  std::string schema = "{required: [";
  std::string row = "{";
  for (int i = 0; i < 70; ++i) {
    const std::string name = "m" + std::to_string(i);
    schema += (i == 0 ? "" : ", ") + name;
    if (i != 68) row += (i == 0 ? "\"" : ",\"") + name + "\":1";
  }
  Schema compiled(parse_yaml(schema + "]}", "s"));
  CHECK_FALSE(compiled.holds(row + R"(,"m69":1})"));
  CHECK(compiled.holds(row + R"(,"m68":1})"));
}

TEST_CASE("bounds with and without fractions") {
  struct Case {
    const char* schema;
    std::vector<const char*> good;
    std::vector<const char*> bad;
  };
  const Case cases[]{
      {"{minimum: -0.5, maximum: 1.25}",
       {"0", "-0.5", "1.25", "1.2500", "12e-1", "\"x\""},
       {"-0.51", "1.250000000000000000000001", "2", "1e1"}},
      {"{exclusiveMinimum: 0, maximum: 5}", {"0.1", "5"}, {"0", "-1", "6"}},
      {"{minimum: 4, multipleOf: 2}", {"4", "6.0"}, {"5", "2"}},
      {"{enum: [1, two, 2.50], type: [number, string]}",
       {"1", "1.0", "2.5", "2.50", "\"two\"", "\"t\\u0077o\""},
       {"2", "\"1\""}},
      {"{enum: [1, 2], const: 2}", {"2", "2.0"}, {"1"}},
      {"{minLength: 2, maxLength: 24}",
       {"\"ab\"", "\"abcdefghijklmnopqrstuvwx\"", "\"ü\\u00fc\""},
       {"\"a\"", "\"ü\"", "\"\\ud83d\\ude00\"", "\"abcdefghijklmnopqrstuvwxy\""}},
  };
  for (const Case& one : cases) {
    Schema schema(parse_yaml(one.schema, "s"));
    CAPTURE(one.schema);
    for (const char* value : one.good) CHECK_MESSAGE(schema.holds(value), value);
    for (const char* value : one.bad) CHECK_MESSAGE(!schema.holds(value), value);
  }
}
