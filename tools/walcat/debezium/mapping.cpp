#include "tools/walcat/debezium/mapping.hpp"

#include "common/log/log.hpp"
#include "tools/walcat/debezium/json_text.hpp"

#include <set>

namespace cdckit::walcat {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  out += value;
}

std::string quoted_or_empty(std::string_view text) {
  return text.empty() ? std::string() : java_string(text);
}

}  // namespace

// The order of the members is the JsonConverter's.
std::string schema_json(const ConnectSchema& schema, const SchemaUse& use) {
  std::string out = R"({"type":")" + schema.type + '"';
  if (!schema.nested.empty()) out += "," + schema.nested;
  append_member(out, "optional", use.optional ? "true" : "false");
  append_member(out, "name", quoted_or_empty(schema.name));
  if (schema.version != 0) append_member(out, "version", std::to_string(schema.version));
  append_member(out, "doc", quoted_or_empty(schema.doc));
  append_member(out, "parameters", schema.parameters);
  append_member(out, "default", use.default_value);
  append_member(out, "field", quoted_or_empty(use.field));
  return out + '}';
}

ConnectSchema simple_schema(std::string type, std::string name, int version) {
  ConnectSchema schema;
  schema.type = std::move(type);
  schema.version = name.empty() ? 0 : version;
  schema.name = std::move(name);
  return schema;
}

Mapping map_type(const MappedType& type, const DebeziumSettings& settings) {
  using Map = MaybeMapping (*)(const MappedType&, const DebeziumSettings&);
  for (const Map map :
       {&map_number, &map_date, &map_time, &map_binary, &map_geometry, &map_nested}) {
    if (auto mapping = map(type, settings)) return std::move(*mapping);
  }
  return map_text(type, settings);
}

void append_null(std::string& out, std::string_view /*text*/, const Codec& /*codec*/) {
  out += "null";
}

void append_unrepresentable(std::string& out, std::string_view text, std::string_view hint) {
  static thread_local std::set<std::string, std::less<>> said;
  out += "null";
  if (said.find(hint) != said.end()) return;
  said.emplace(hint);
  log::warning("\"" + std::string(text.substr(0, 64)) +
               "\" does not fit into Debezium's type and is printed as null, as all like it: " +
               std::string(hint));
}

}  // namespace cdckit::walcat
