#include "common/avro/avro_to_connect.hpp"

#include "common/avro/connect_default.hpp"
#include "common/avro/plan.hpp"
#include "common/base/error.hpp"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

namespace cdckit::avro {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostTypes = 100'000;
constexpr int kDeepest = 64;

std::string_view type_word(Type type) noexcept {
  switch (type) {
    case Type::boolean:
      return "boolean";
    case Type::int32:
      return "int32";
    case Type::int64:
      return "int64";
    case Type::float32:
      return "float";
    case Type::float64:
      return "double";
    case Type::bytes:
    case Type::fixed:
      return "bytes";
    default:
      return "string";
  }
}

struct Semantic {
  const char* name = nullptr;
  const char* type = nullptr;  // other than the type's own
};

// What the converter takes Avro's own dates and times for, and Debezium's names for the others.
Semantic semantic_of(Logical logical) noexcept {
  switch (logical) {
    case Logical::date:
      return {"org.apache.kafka.connect.data.Date"};
    case Logical::time_millis:
      return {"org.apache.kafka.connect.data.Time"};
    case Logical::timestamp_millis:
      return {"org.apache.kafka.connect.data.Timestamp"};
    case Logical::time_micros:
      return {"io.debezium.time.MicroTime"};
    case Logical::timestamp_micros:
    case Logical::local_timestamp_micros:
      return {"io.debezium.time.MicroTimestamp"};
    case Logical::timestamp_nanos:
    case Logical::local_timestamp_nanos:
      return {"io.debezium.time.NanoTimestamp"};
    case Logical::local_timestamp_millis:
      return {"io.debezium.time.Timestamp"};
    case Logical::uuid:
      return {"io.debezium.data.Uuid", "string"};
    case Logical::duration:
      return {"io.debezium.time.Interval", "string"};
    default:
      return {};
  }
}

class Translator {
 public:
  explicit Translator(const Schema& schema) : schema_(schema) {}

  // `field` is the one that holds the type; null at the top and inside of arrays and maps.
  Json use(NodeIndex index, const Field* field, int depth) {
    if (++types_ > kMostTypes)
      throw base::Error(base::ErrorKind::data,
                        "could not make a Connect schema of Avro's: it is too large");
    const auto nullable = nullable_of(schema_, index);
    const NodeIndex inner = nullable ? nullable->inner : index;
    const bool is_null = schema_.node(inner).type == Type::null;
    Json out = type(inner, depth);
    out["optional"] = nullable.has_value() || is_null;
    add_notes(schema_.node(inner), out);
    if (field != nullptr) {
      add_default(*field, out);
      out["field"] = field->original;
    }
    return out;
  }

 private:
  Json type(NodeIndex index, int depth) {
    const Node& node = schema_.node(index);
    switch (node.type) {
      case Type::record:
        return record(index, depth);
      case Type::array:
        return array(node, depth);
      case Type::map:
        return {{"type", "map"},
                {"keys", {{"type", "string"}, {"optional", false}}},
                {"values", use(node.inner.front(), nullptr, depth + 1)}};
      case Type::one_of:
        return one_of(node);
      default:
        break;
    }
    if (!node.connect.type.empty()) return {{"type", node.connect.type}};
    if (node.connect.name.empty()) {
      if (const auto semantic = semantic_of(node.logical); semantic.type != nullptr)
        return {{"type", semantic.type}};
      if (node.logical == Logical::decimal || node.logical == Logical::big_decimal)
        return {{"type", "string"}};
    }
    return {{"type", type_word(node.type)}};
  }

  // A record inside of itself has no Connect schema: there its text is JSON.
  Json record(NodeIndex index, int depth) {
    if (depth > kDeepest || std::ranges::find(open_, index) != open_.end())
      return {{"type", "string"}};
    open_.push_back(index);
    Json fields = Json::array();
    for (const Field& field : schema_.node(index).fields)
      fields.push_back(use(field.type, &field, depth + 1));
    open_.pop_back();
    return {{"type", "struct"}, {"fields", std::move(fields)}};
  }

  Json array(const Node& node, int depth) {
    const Node& item = schema_.node(node.inner.front());
    if (!is_map_entry(item))
      return {{"type", "array"}, {"items", use(node.inner.front(), nullptr, depth + 1)}};
    return {{"type", "map"},
            {"keys", use(item.fields[0].type, nullptr, depth + 1)},
            {"values", use(item.fields[1].type, nullptr, depth + 1)}};
  }

  // Of more than null and one type: the values stand as they are.
  Json one_of(const Node& node) const {
    Json out = {{"type", "string"}};
    for (const NodeIndex branch : node.inner) {
      const Type type = schema_.node(branch).type;
      if (type == Type::record || type == Type::array || type == Type::map)
        out["name"] = "io.debezium.data.Json";
    }
    return out;
  }

  void add_notes(const Node& node, Json& out) const {
    const ConnectNotes& notes = node.connect;
    const bool is_struct = out.at("type") == "struct";
    std::string name = notes.name;
    if (name.empty() && is_struct && !node.full_name.starts_with("io.confluent.connect.avro."))
      name = node.full_name;
    if (node.type == Type::record && !is_struct) name = "io.debezium.data.Json";
    const auto semantic = semantic_of(node.logical);
    const bool ours = name.empty() && semantic.name != nullptr;
    if (ours) name = semantic.name;
    if (out.contains("name")) out.erase("name");  // stands behind `optional`
    if (node.type == Type::one_of && one_of(node).contains("name")) name = "io.debezium.data.Json";
    if (!name.empty()) out["name"] = name;
    if (!notes.version.empty()) out["version"] = Json::parse(notes.version);
    if (ours) out["version"] = 1;
    if (!notes.doc.empty()) out["doc"] = notes.doc;
    if (!notes.parameters.empty()) out["parameters"] = Json::parse(notes.parameters);
    if (notes.name.empty() && node.logical == Logical::decimal) {
      out["parameters"] = {{"__debezium.source.column.type", "NUMERIC"},
                           {"__debezium.source.column.length", std::to_string(node.precision)},
                           {"__debezium.source.column.scale", std::to_string(node.scale)}};
    }
    if (notes.name.empty() && node.logical == Logical::big_decimal)
      out["parameters"] = {{"__debezium.source.column.type", "NUMERIC"}};
  }

  static void add_default(const Field& field, Json& out) {
    if (!field.default_json) return;
    const Json value = Json::parse(*field.default_json);
    if (value.is_null()) return;
    if (auto converted = from_avro_default(out, value)) out["default"] = std::move(*converted);
  }

  const Schema& schema_;
  std::vector<NodeIndex> open_;
  std::size_t types_ = 0;
};

}  // namespace

std::string avro_to_connect(const Schema& schema) {
  return Translator(schema).use(schema.root(), nullptr, 0).dump();
}

}  // namespace cdckit::avro
