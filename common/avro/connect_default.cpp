#include "common/avro/connect_default.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/whole_number.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

namespace cdckit::avro {
namespace {

using Json = nlohmann::ordered_json;
using Converted = std::optional<Json>;
using BytesOf = std::optional<std::string> (*)(const std::string&);

bool is_optional(const Json& schema) {
  return schema.is_object() && schema.value("optional", false);
}

// Each byte as the character of that number, in UTF-8.
std::optional<std::string> to_code_points(const std::string& base64) {
  const auto bytes = base::from_base64(base64);
  if (!bytes) return std::nullopt;
  std::string out;
  for (const char letter : *bytes) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x80) {
      out += letter;
    } else {
      out += static_cast<char>(0xC0U | byte >> 6U);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

std::optional<std::string> from_code_points(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      bytes += text[i];
    } else if (first <= 0xC3 && i + 1 < text.size()) {
      const auto second = static_cast<unsigned char>(text[++i]);
      bytes += static_cast<char>((first & 3U) << 6U | (second & 0x3FU));
    } else {
      return std::nullopt;  // no byte has such a number
    }
  }
  return base::to_base64(bytes);
}

template <class Number>
Converted whole(const Json& value) {
  const auto number = ndjson::whole_number<Number>(value);
  return number ? Converted(*number) : std::nullopt;
}

Converted convert(const Json& schema, const Json& value, BytesOf bytes_of);

// An element or value that is null where the schema lets it be. Another one is none of the first
// branch of [null, T], and a default is one of that: strict readers say so.
Converted convert_inner(const Json& schema, const Json& value, BytesOf bytes_of) {
  if (value.is_null()) return is_optional(schema) ? Converted(nullptr) : std::nullopt;
  return is_optional(schema) ? std::nullopt : convert(schema, value, bytes_of);
}

Converted convert_array(const Json& schema, const Json& value, BytesOf bytes_of) {
  if (!value.is_array() || !schema.contains("items")) return std::nullopt;
  Json out = Json::array();
  for (const Json& item : value) {
    auto converted = convert_inner(schema.at("items"), item, bytes_of);
    if (!converted) return std::nullopt;
    out.push_back(std::move(*converted));
  }
  return out;
}

Converted convert_map(const Json& schema, const Json& value, BytesOf bytes_of) {
  if (value.is_array() && value.empty()) return value;  // of keys that are no strings
  if (!value.is_object() || !schema.contains("values")) return std::nullopt;
  Json out = Json::object();
  for (const auto& [name, item] : value.items()) {
    auto converted = convert_inner(schema.at("values"), item, bytes_of);
    if (!converted) return std::nullopt;
    out[name] = std::move(*converted);
  }
  return out;
}

Converted convert_struct(const Json& schema, const Json& value, BytesOf bytes_of) {
  if (!value.is_object() || !schema.contains("fields")) return std::nullopt;
  Json out = Json::object();
  for (const Json& field : schema.at("fields")) {
    const auto name = field.at("field").get<std::string>();
    const auto found = value.find(name);
    auto converted = convert_inner(field, found == value.end() ? Json() : *found, bytes_of);
    if (!converted) return std::nullopt;
    out[name] = std::move(*converted);
  }
  return out;
}

Converted convert(const Json& schema, const Json& value, BytesOf bytes_of) {
  const auto type = schema.value("type", std::string());
  if (type == "boolean") return value.is_boolean() ? Converted(value) : std::nullopt;
  if (type == "int8") return whole<std::int8_t>(value);
  if (type == "int16") return whole<std::int16_t>(value);
  if (type == "int32") return whole<std::int32_t>(value);
  if (type == "int64") return whole<std::int64_t>(value);
  if (type == "float" || type == "double") {
    const bool fits =
        value.is_number() &&
        (type == "double" ||
         std::fabs(value.get<double>()) <= static_cast<double>(std::numeric_limits<float>::max()));
    return fits ? Converted(value) : std::nullopt;
  }
  if (type == "string") return value.is_string() ? Converted(value) : std::nullopt;
  if (type == "bytes") {
    if (!value.is_string()) return std::nullopt;
    auto converted = bytes_of(value.get<std::string>());
    return converted ? Converted(std::move(*converted)) : std::nullopt;
  }
  if (type == "array") return convert_array(schema, value, bytes_of);
  if (type == "map") return convert_map(schema, value, bytes_of);
  if (type == "struct") return convert_struct(schema, value, bytes_of);
  return std::nullopt;
}

}  // namespace

Converted to_avro_default(const Json& schema, const Json& value) {
  return convert(schema, value, &to_code_points);
}

Converted from_avro_default(const Json& schema, const Json& value) {
  return convert(schema, value, &from_code_points);
}

}  // namespace cdckit::avro
