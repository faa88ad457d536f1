#include "common/avro/connect_to_avro.hpp"

#include "common/avro/connect_default.hpp"
#include "common/avro/schema.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"

#include <map>
#include <optional>

#include <nlohmann/json.hpp>

namespace cdckit::avro {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 64;
constexpr std::string_view kConverter = "io.confluent.connect.avro";
constexpr const char* kDecimal = "org.apache.kafka.connect.data.Decimal";
constexpr std::string_view kAdjust =
    "--name-adjustment avro makes _ of what Avro forbids, avro_unicode keeps names apart.";
constexpr std::int64_t kUnknownPrecision = 64;  // the converter's word for it

[[noreturn]] void no_connect(const std::string& why) {
  throw base::Error(base::ErrorKind::data, "could not make an Avro schema of Connect's: " + why);
}

[[noreturn]] void bad_name(const std::string& why, const std::string& hint) {
  throw base::Error(base::ErrorKind::config, "could not make an Avro schema: " + why, hint);
}

std::string text_of(const Json& schema, const char* name) {
  const auto found = schema.find(name);
  return found != schema.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_optional(const Json& schema) {
  const auto found = schema.find("optional");
  return found != schema.end() && found->is_boolean() && found->get<bool>();
}

std::optional<std::int64_t> parameter(const Json& schema, const char* name) {
  const auto found = schema.find("parameters");
  if (found == schema.end() || !found->is_object()) return std::nullopt;
  return base::parse_signed(text_of(*found, name));
}

// What makes two types of one name the same: not how a field uses them.
std::string shape_of(const Json& schema) {
  Json shape = schema;
  for (const char* use : {"optional", "default", "field", "doc", "name"}) shape.erase(use);
  return shape.dump();
}

class Translator {
 public:
  explicit Translator(const ConnectOptions& options) : options_(options) {}

  AvroOfConnect translate(const Json& schema) {
    if (!schema.is_object()) no_connect("it is no object");
    find_topic(text_of(schema, "name"));
    result_.schema = use(schema, {}, {}, 0).dump();
    if (text_of(schema, "type") == "struct") {
      for (const auto& [name, type] : types_) {
        if (type.first) result_.full_name = name;
      }
    }
    return std::move(result_);
  }

 private:
  struct NamedType {
    std::string shape;
    std::string original;
    bool first = false;
  };

  void find_topic(const std::string& name) {
    for (const std::string_view word : {".Envelope", ".Value", ".Key"}) {
      if (name.ends_with(word)) topic_ = name.substr(0, name.size() - word.size());
    }
  }

  std::string renamed(const std::string& name) const {
    if (options_.topic.empty() || topic_.empty()) return name;
    for (const std::string_view word : {".Envelope", ".Value", ".Key"}) {
      if (name.size() == topic_.size() + word.size() && name.starts_with(topic_) &&
          name.ends_with(word))
        return std::string(options_.topic) + std::string(word);
    }
    return name;
  }

  // A type with null beside it where the schema is optional. `fallback` gets the default of the
  // field that it is for, when there is one to say.
  Json use(const Json& schema, const std::string& space, Json* fallback, int depth) {
    if (depth > kDeepest) no_connect("it is nested too deeply");
    if (!schema.is_object()) no_connect("a type is no object");
    const auto found = schema.find("default");
    const bool has_default = found != schema.end() && !found->is_null();
    auto value = has_default ? to_avro_default(schema, *found) : std::nullopt;
    if (has_default && !value) {
      result_.notes.push_back("column \"" + text_of(schema, "field") +
                              "\": Avro cannot say the default " + found->dump().substr(0, 64) +
                              ", the schema goes without it");
    }
    Json inner = type(schema, space, value, depth);
    if (!is_optional(schema) && (!has_default || value)) {
      if (fallback != nullptr && value) *fallback = *value;
      return inner;
    }
    if (fallback != nullptr) *fallback = value ? *value : Json();
    return value ? Json::array({std::move(inner), "null"})
                 : Json::array({"null", std::move(inner)});
  }

  Json type(const Json& schema,
            const std::string& space,
            const std::optional<Json>& value,
            int depth) {
    const std::string name = text_of(schema, "type");
    if (name == "struct") return record(schema, space, depth);
    Json out = Json::object();
    if (name == "array") {
      if (!schema.contains("items")) no_connect("an array has no \"items\"");
      out["type"] = "array";
      out["items"] = use(schema.at("items"), space, nullptr, depth + 1);
    } else if (name == "map") {
      out = map(schema, space, depth);
    } else {
      out["type"] = primitive(name);
    }
    const bool is_decimal = name == "bytes" && text_of(schema, "name") == kDecimal;
    const bool legal = is_decimal && add_scale(schema, out);
    add_notes(schema, value, out);
    if (name == "int8" || name == "int16") out["connect.type"] = name;
    if (legal) out["logicalType"] = "decimal";
    return out.size() == 1 ? out["type"] : out;
  }

  static std::string primitive(const std::string& name) {
    static const std::map<std::string, std::string, std::less<>> words{{"int8", "int"},
                                                                       {"int16", "int"},
                                                                       {"int32", "int"},
                                                                       {"int64", "long"},
                                                                       {"float", "float"},
                                                                       {"double", "double"},
                                                                       {"string", "string"},
                                                                       {"bytes", "bytes"},
                                                                       {"boolean", "boolean"}};
    const auto found = words.find(name);
    if (found == words.end()) no_connect("there is no type \"" + name + "\"");
    return found->second;
  }

  // Avro wants 0 <= scale <= precision, PostgreSQL does not: such a decimal stays plain bytes, with
  // its scale in the notes.
  static bool add_scale(const Json& schema, Json& out) {
    const auto scale = parameter(schema, "scale");
    const auto precision =
        parameter(schema, "connect.decimal.precision").value_or(kUnknownPrecision);
    if (!scale || *scale < 0 || precision < 1 || *scale > precision) return false;
    out["scale"] = *scale;
    out["precision"] = precision;
    return true;
  }

  void add_notes(const Json& schema, const std::optional<Json>& value, Json& out) const {
    if (const auto doc = text_of(schema, "doc"); !doc.empty()) out["connect.doc"] = doc;
    if (schema.contains("version")) out["connect.version"] = schema.at("version");
    if (schema.contains("parameters")) out["connect.parameters"] = schema.at("parameters");
    if (value) out["connect.default"] = *value;
    if (const auto name = text_of(schema, "name"); !name.empty())
      out["connect.name"] = renamed(name);
  }

  Json map(const Json& schema, const std::string& space, int depth) {
    if (!schema.contains("keys") || !schema.contains("values"))
      no_connect("a map has no \"keys\" or \"values\"");
    const Json& keys = schema.at("keys");
    Json out = Json::object();
    if (text_of(keys, "type") == "string" && !is_optional(keys)) {
      out["type"] = "map";
      out["values"] = use(schema.at("values"), space, nullptr, depth + 1);
      return out;
    }
    Json entry = {{"type", "struct"}, {"fields", Json::array({keys, schema.at("values")})}};
    entry["fields"][0]["field"] = "key";
    entry["fields"][1]["field"] = "value";
    out["type"] = "array";
    out["items"] = record(entry, space, depth + 1, "MapEntry");
    return out;
  }

  Json record(const Json& schema,
              const std::string& outer,
              int depth,
              const char* unnamed = "ConnectDefault") {
    if (!schema.contains("fields") || !schema.at("fields").is_array())
      no_connect("a struct has no \"fields\"");
    const std::string original = renamed(text_of(schema, "name"));
    const std::string shape = shape_of(schema);
    std::string full = original.empty() ? free_name(unnamed, shape) : legal_name(original);
    if (full.find('.') == std::string::npos && !outer.empty()) full.insert(0, outer + ".");
    const auto [entry, is_new] =
        types_.try_emplace(full, NamedType{shape, original, types_.empty()});
    const auto split = split_full_name(full);
    const std::string space(split.space);
    if (!is_new) {
      check_same(full, entry->second, shape, original);
      return space == outer ? Json(std::string(split.name)) : Json(full);
    }
    Json out = {{"type", "record"}, {"name", std::string(split.name)}};
    if (space != outer) out["namespace"] = space;
    out["fields"] = fields(schema.at("fields"), full, space, depth);
    add_notes(schema, std::nullopt, out);
    if (unnamed == std::string_view("MapEntry")) out["connect.internal.type"] = "MapEntry";
    return out;
  }

  // ConnectDefault, ConnectDefault2 ..: one for each shape.
  std::string free_name(const char* word, const std::string& shape) const {
    const std::string first = std::string(kConverter) + "." + word;
    std::string name = first;
    for (int i = 2;; ++i) {
      const auto found = types_.find(name);
      if (found == types_.end() || found->second.shape == shape) return name;
      name = first + std::to_string(i);
    }
  }

  std::string legal_name(const std::string& original) const {
    const std::string name = adjust_full_name(original, options_.adjustment);
    if (!is_full_name(name)) {
      bad_name("the schema name \"" + original + "\" is none of Avro's", std::string(kAdjust));
    }
    return name;
  }

  static void check_same(const std::string& full,
                         const NamedType& type,
                         const std::string& shape,
                         const std::string& original) {
    if (type.shape == shape) return;
    if (type.original != original) {
      bad_name("the schema names \"" + type.original + "\" and \"" + original +
                   "\" both become \"" + full + "\"",
               "--name-adjustment avro_unicode keeps them apart.");
    }
    no_connect("the name \"" + full + "\" stands for two shapes");
  }

  Json fields(const Json& list, const std::string& owner, const std::string& space, int depth) {
    std::map<std::string, std::string> originals;
    Json out = Json::array();
    for (const Json& field : list) {
      const std::string original = text_of(field, "field");
      const std::string name = adjust_field_name(original, options_.adjustment);
      if (!is_name(name)) {
        bad_name("the column name \"" + original + "\" of \"" + owner + "\" is none of Avro's",
                 std::string(kAdjust) + " The names in the lines stay.");
      }
      const auto [other, is_new] = originals.emplace(name, original);
      if (!is_new) {
        bad_name("the columns \"" + other->second + "\" and \"" + original + "\" of \"" + owner +
                     "\" both become \"" + name + "\"",
                 "--name-adjustment avro_unicode keeps them apart.");
      }
      Json entry = {{"name", name}};
      if (name != original) entry[std::string(kOriginalName)] = original;
      Json fallback = Json::value_t::discarded;
      Json type = use(field, space, &fallback, depth + 1);
      entry["type"] = std::move(type);
      if (!fallback.is_discarded()) entry["default"] = std::move(fallback);
      out.push_back(std::move(entry));
    }
    return out;
  }

  ConnectOptions options_;
  std::string topic_;  // as the schema's own names have it
  std::map<std::string, NamedType, std::less<>> types_;
  AvroOfConnect result_;
};

}  // namespace

AvroOfConnect connect_to_avro(std::string_view connect, const ConnectOptions& options) {
  try {
    return Translator(options).translate(Json::parse(connect));
  } catch (const Json::exception& error) {
    no_connect(error.what());
  }
}

}  // namespace cdckit::avro
