#include "tools/cdc-check/schema/words.hpp"

#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "tools/cdc-check/values/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::cdc_check {
namespace {

constexpr std::array<std::pair<const char*, unsigned>, 7> kTypes{{{"null", kNullType},
                                                                  {"boolean", kBooleanType},
                                                                  {"integer", kIntegerType},
                                                                  {"number", kNumberType},
                                                                  {"string", kStringType},
                                                                  {"array", kArrayType},
                                                                  {"object", kObjectType}}};

unsigned type_bit(const Node& node) {
  std::vector<std::string> words;
  for (const auto& [word, bit] : kTypes) {
    words.emplace_back(word);
    // a number is an integer too
    if (node.text == word || (node.type == Node::Type::null && bit == kNullType))
      return bit == kNumberType ? kNumberType | kIntegerType : bit;
  }
  const std::string hint = cli::near_miss_hint(node.text, words);
  refuse(node.place, "there is no type \"" + node.text + "\"", hint);
}

}  // namespace

std::uint64_t schema_count(const Node& node) {
  const auto number = node.type == Node::Type::number ? parse_decimal(node.text) : std::nullopt;
  const auto whole = number && number->is_integer() ? whole_part(*number) : std::nullopt;
  if (!whole || *whole < 0)
    refuse(node.place, "\"" + node.name + "\" is a whole number that is not negative");
  return static_cast<std::uint64_t>(*whole);
}

Decimal schema_number(const Node& node) {
  const auto number = node.type == Node::Type::number ? parse_decimal(node.text) : std::nullopt;
  if (!number || number->more)
    refuse(node.place, "\"" + node.name + "\" is a number of 38 digits at most");
  return *number;
}

std::unique_ptr<Pattern> schema_pattern(const std::string& text, const Place& place) {
  std::string error;
  auto pattern = std::make_unique<Pattern>(text, error);
  if (!error.empty())
    refuse(place,
           "the pattern \"" + text + "\" cannot be used: " + error,
           "The syntax is RE2's: no look-around, no back references.");
  return pattern;
}

std::vector<std::string> schema_names(const Node& node) {
  std::vector<std::string> names;
  bool good = node.type == Node::Type::list;
  for (const Node& item : node.items) {
    good = good && item.is_scalar();
    names.push_back(item.text);
  }
  if (!good) refuse(node.place, "\"" + node.name + "\" is a list of names");
  return names;
}

unsigned schema_types(const Node& node) {
  if (node.is_scalar()) return type_bit(node);
  unsigned types = 0;
  if (node.type != Node::Type::list || node.items.empty())
    refuse(node.place, "\"type\" is a word or a list of words");
  for (const Node& item : node.items) types |= type_bit(item);
  return types;
}

std::string canonical_of(const Node& node) {
  std::string json;
  append_json(json, node);
  std::string out;
  append_canonical(out, json);
  return out;
}

std::vector<std::string> pointer_parts(const std::string& pointer) {
  std::vector<std::string> parts = base::split(pointer.substr(2), '/');
  for (std::string& part : parts) {
    std::string out;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::string_view rest = std::string_view(part).substr(i);
      if (rest.starts_with("~0") || rest.starts_with("~1")) {
        out += rest[1] == '0' ? '~' : '/';
        ++i;
      } else if (rest.front() == '%' && base::parse_hex(rest.substr(1, 2)) && rest.size() > 2) {
        out += static_cast<char>(*base::parse_hex(rest.substr(1, 2)));
        i += 2;
        if (out.back() == '~' && i + 1 < part.size() && (part[i + 1] == '0' || part[i + 1] == '1'))
          out.back() = part[++i] == '0' ? '~' : '/';
      } else {
        out += rest.front();
      }
    }
    part = out;
  }
  return parts;
}

void refuse_schema_word(const Node& node) {
  for (const char* word : {"$dynamicRef",
                           "$dynamicAnchor",
                           "$recursiveRef",
                           "$recursiveAnchor",
                           "$vocabulary",
                           "dependencies",
                           "additionalItems",
                           "definitions"}) {
    if (node.name == word)
      refuse(node.name_place, "\"" + node.name + "\" of a schema is not supported");
  }
  const std::vector<std::string> known{"type",
                                       "enum",
                                       "const",
                                       "multipleOf",
                                       "maximum",
                                       "minimum",
                                       "exclusiveMaximum",
                                       "exclusiveMinimum",
                                       "maxLength",
                                       "minLength",
                                       "pattern",
                                       "maxItems",
                                       "minItems",
                                       "uniqueItems",
                                       "maxContains",
                                       "minContains",
                                       "maxProperties",
                                       "minProperties",
                                       "required",
                                       "dependentRequired",
                                       "properties",
                                       "items",
                                       "prefixItems",
                                       "contains",
                                       "allOf",
                                       "anyOf",
                                       "oneOf",
                                       "not",
                                       "if",
                                       "then",
                                       "else",
                                       "patternProperties",
                                       "propertyNames",
                                       "dependentSchemas",
                                       "additionalProperties",
                                       "unevaluatedItems",
                                       "unevaluatedProperties",
                                       "$ref",
                                       "$defs",
                                       "$anchor",
                                       "$id",
                                       "format"};
  refuse(node.name_place,
         "a schema has no word \"" + node.name + "\"",
         cli::near_miss_hint(node.name, known));
}

}  // namespace cdckit::cdc_check
