#include "common/avro/parser.hpp"

#include "common/avro/names.hpp"
#include "common/base/error.hpp"
#include "common/ndjson/whole_number.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace cdckit::avro {
namespace {

using nlohmann::json;

constexpr int kDeepest = 100;
constexpr std::size_t kMostNodes = 100'000;
constexpr std::int64_t kLargestFixed = 1 << 24;

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::ErrorKind::data, "could not read Avro schema: " + why);
}

struct Spelling {
  std::string_view text;
  Type type;
};
constexpr std::array<Spelling, 8> kPrimitives{{{"null", Type::null},
                                               {"boolean", Type::boolean},
                                               {"int", Type::int32},
                                               {"long", Type::int64},
                                               {"float", Type::float32},
                                               {"double", Type::float64},
                                               {"bytes", Type::bytes},
                                               {"string", Type::string}}};

std::optional<Type> primitive(std::string_view text) noexcept {
  for (const Spelling& spelling : kPrimitives) {
    if (spelling.text == text) return spelling.type;
  }
  return std::nullopt;
}

std::string text_member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string raw_member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && !found->is_null() ? found->dump() : std::string();
}

std::int32_t small_number(const json& object, const char* name, std::int32_t otherwise) {
  const auto found = object.find(name);
  if (found == object.end()) return otherwise;
  return ndjson::whole_number<std::int32_t>(*found).value_or(-1);
}

struct LogicalRule {
  std::string_view name;
  Type type;
  Logical logical;
};
constexpr std::array<LogicalRule, 11> kLogical{
    {{"big-decimal", Type::bytes, Logical::big_decimal},
     {"uuid", Type::string, Logical::uuid},
     {"date", Type::int32, Logical::date},
     {"time-millis", Type::int32, Logical::time_millis},
     {"time-micros", Type::int64, Logical::time_micros},
     {"timestamp-millis", Type::int64, Logical::timestamp_millis},
     {"timestamp-micros", Type::int64, Logical::timestamp_micros},
     {"timestamp-nanos", Type::int64, Logical::timestamp_nanos},
     {"local-timestamp-millis", Type::int64, Logical::local_timestamp_millis},
     {"local-timestamp-micros", Type::int64, Logical::local_timestamp_micros},
     {"local-timestamp-nanos", Type::int64, Logical::local_timestamp_nanos}}};

// A scale that the specification does not allow makes a plain type of it, as it says.
void read_decimal(const json& object, Node& node) {
  const std::int32_t precision = small_number(object, "precision", -1);
  const std::int32_t scale = small_number(object, "scale", 0);
  if (precision < 1 || scale < 0 || scale > precision) return;
  node.logical = Logical::decimal;
  node.precision = precision;
  node.scale = scale;
}

void read_logical(const json& object, Node& node) {
  const std::string name = text_member(object, "logicalType");
  if (name.empty()) return;
  const bool bytes = node.type == Type::bytes || node.type == Type::fixed;
  if (name == "decimal" && bytes) return read_decimal(object, node);
  if (node.type == Type::fixed) {
    if (name == "uuid" && node.size == 16) node.logical = Logical::uuid;
    if (name == "duration" && node.size == 12) node.logical = Logical::duration;
    return;
  }
  for (const LogicalRule& rule : kLogical) {
    if (rule.name == name && rule.type == node.type) node.logical = rule.logical;
  }
}

void read_notes(const json& object, Node& node) {
  node.connect.name = text_member(object, "connect.name");
  node.connect.type = text_member(object, "connect.type");
  node.connect.version = raw_member(object, "connect.version");
  node.connect.parameters = raw_member(object, "connect.parameters");
  node.connect.doc = text_member(object, "connect.doc");
  node.connect.internal = text_member(object, "connect.internal.type");
}

void read_symbols(const json& object, Node& node) {
  const auto found = object.find("symbols");
  if (found == object.end() || !found->is_array()) refuse("an enum has no \"symbols\"");
  for (const auto& symbol : *found) {
    if (!symbol.is_string()) refuse("a symbol of \"" + node.full_name + "\" is no string");
    node.symbols.push_back(symbol.get<std::string>());
  }
}

}  // namespace

void Parser::add(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded()) {
    // registries of old also took a bare name of a primitive type
    const auto bare = primitive(text);
    if (!bare) refuse("it is no JSON");
    schema_.root_ = add_node({.type = *bare});
  } else {
    schema_.root_ = type(parsed, {}, 0);
  }
  schema_.text_ = text;
}

NodeIndex Parser::add_node(Node node) {
  if (schema_.nodes_.size() >= kMostNodes) refuse("it has too many types");
  schema_.nodes_.push_back(std::move(node));
  return static_cast<NodeIndex>(schema_.nodes_.size() - 1);
}

NodeIndex Parser::type(const json& json, const std::string& space, int depth) {
  if (depth > kDeepest) refuse("it is nested too deeply");
  if (json.is_string()) return named(json.get<std::string>(), space);
  if (json.is_array()) return one_of(json, space, depth);
  if (json.is_object()) return object(json, space, depth);
  refuse("a type is neither a name, an object nor a list: " + json.dump().substr(0, 64));
}

NodeIndex Parser::named(const std::string& name, const std::string& space) {
  if (const auto bare = primitive(name)) return add_node({.type = *bare});
  const bool full = name.find('.') != std::string::npos || space.empty();
  auto found = names_.find(full ? name : space + "." + name);
  if (found == names_.end()) found = names_.find(name);  // as older parsers do
  if (found == names_.end()) refuse("there is no type \"" + name + "\"");
  return found->second;
}

NodeIndex Parser::one_of(const json& json, const std::string& space, int depth) {
  Node node{.type = Type::one_of};
  for (const auto& branch : json) {
    const NodeIndex index = type(branch, space, depth + 1);
    if (schema_.nodes_[index].type == Type::one_of) refuse("a union holds a union");
    node.inner.push_back(index);
  }
  if (node.inner.empty()) refuse("a union has no types");
  return add_node(std::move(node));
}

NodeIndex Parser::object(const json& json, const std::string& outer, int depth) {
  const auto found = json.find("type");
  if (found == json.end()) refuse("an object has no \"type\"");
  if (!found->is_string()) return type(*found, outer, depth + 1);
  const auto name = found->get<std::string>();
  Node node;
  if (const auto bare = primitive(name)) {
    node.type = *bare;
    read_logical(json, node);
    read_notes(json, node);
    return add_node(std::move(node));
  }
  if (name == "array" || name == "map") {
    const char* inner = name == "array" ? "items" : "values";
    if (!json.contains(inner)) refuse("\"" + name + "\" has no \"" + inner + "\"");
    node.type = name == "array" ? Type::array : Type::map;
    read_notes(json, node);
    node.inner.push_back(type(json.at(inner), outer, depth + 1));
    return add_node(std::move(node));
  }
  if (name == "record" || name == "error")
    node.type = Type::record;
  else if (name == "enum")
    node.type = Type::enumeration;
  else if (name == "fixed")
    node.type = Type::fixed;
  else
    return named(name, outer);
  read_notes(json, node);
  std::string space = outer;
  const NodeIndex index = add_node(std::move(node));
  declare(json, space, index);
  read_record(json, space, depth, index);
  return index;
}

// The name is known before the inside is read: a record may hold itself.
void Parser::declare(const json& json, std::string& space, NodeIndex index) {
  const std::string name = text_member(json, "name");
  if (name.empty()) refuse("a named type has no \"name\"");
  const auto own = json.find("namespace");
  if (name.find('.') != std::string::npos) {
    space = split_full_name(name).space;
  } else if (own != json.end() && own->is_string()) {
    space = own->get<std::string>();
  }
  const std::string last(split_full_name(name).name);
  const std::string full = space.empty() ? last : space + "." + last;
  if (!names_.emplace(full, index).second) refuse("the type \"" + full + "\" is there twice");
  schema_.nodes_[index].full_name = full;
}

void Parser::read_record(const json& json, const std::string& space, int depth, NodeIndex index) {
  Node node = std::move(schema_.nodes_[index]);
  schema_.nodes_[index] = Node{.type = node.type, .full_name = node.full_name};
  if (node.type == Type::enumeration) {
    read_symbols(json, node);
  } else if (node.type == Type::fixed) {
    const auto size = json.find("size");
    const auto bytes =
        size == json.end() ? std::nullopt : ndjson::whole_number<std::uint32_t>(*size);
    if (!bytes || *bytes > kLargestFixed) refuse("\"" + node.full_name + "\" has no good \"size\"");
    node.size = *bytes;
    read_logical(json, node);
  } else {
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array())
      refuse("\"" + node.full_name + "\" has no \"fields\"");
    for (const auto& field : *fields) {
      node.fields.push_back(read_field(field, space, depth));
      const auto same = [&](const Field& other) { return other.name == node.fields.back().name; };
      if (std::ranges::count_if(node.fields, same) > 1)
        refuse("\"" + node.full_name + "\" has the field \"" + node.fields.back().name +
               "\" twice");
    }
  }
  schema_.nodes_[index] = std::move(node);
}

Field Parser::read_field(const json& json, const std::string& space, int depth) {
  if (!json.is_object() || !json.contains("type")) refuse("a field has no \"type\"");
  Field field;
  field.name = text_member(json, "name");
  if (field.name.empty()) refuse("a field has no \"name\"");
  const std::string original = text_member(json, std::string(kOriginalName).c_str());
  field.original = original.empty() ? field.name : original;
  field.type = type(json.at("type"), space, depth + 1);
  if (const auto found = json.find("default"); found != json.end())
    field.default_json = found->dump();
  return field;
}

}  // namespace cdckit::avro
