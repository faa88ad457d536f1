#include "tools/walcat/debezium/unavailable.hpp"

#include "common/base/text.hpp"
#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/name_uuid.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

constexpr const char* kNull = "null";
constexpr const char* kUuidName = "io.debezium.data.Uuid";
// Elements for which the connector has a list that holds the placeholder.
constexpr std::array kNumbers{oid::kInt4, oid::kInt8, oid::kDate};
constexpr std::array kTexts{
    oid::kText, oid::kVarchar, oid::kBpchar, oid::kJson, oid::kJsonb, oid::kUuid};

template <class List>
bool has(const List& list, std::uint32_t oid) {
  return std::find(list.begin(), list.end(), oid) != list.end();
}

std::string repeated(std::string_view bytes, std::string_view suffix) {
  std::string out = "[";
  for (const char byte : bytes) {
    if (out.size() > 1) out += ',';
    append_integer(out, byte);
    out += suffix;
  }
  return out + "]";
}

std::string connector_array(const MappedType& type,
                            const Mapping& mapping,
                            const DebeziumSettings& settings) {
  const Type& element = *type.type.element;
  if (type.type.domain || element.domain) return kNull;
  const bool as_text = settings.time_precision == "isostring";
  const bool as_object = settings.time_precision == "connect";
  if (element.oid == oid::kDate && (as_text || as_object)) return kNull;
  if (element.oid == oid::kBytea && settings.binary_handling != "bytes") return kNull;
  const bool known =
      has(kNumbers, element.oid) || has(kTexts, element.oid) || element.oid == oid::kBytea;
  return known ? mapping.unavailable : kNull;
}

}  // namespace

std::string unavailable_bytes(const DebeziumSettings& settings) {
  constexpr std::string_view kHex = "hex:";
  const std::string_view text = settings.unavailable_value;
  if (!text.starts_with(kHex)) return settings.unavailable_value;
  std::string bytes;
  for (std::size_t at = kHex.size(); at + 1 < text.size(); at += 2)
    bytes += static_cast<char>(base::parse_hex(text.substr(at, 2)).value_or(0));
  return bytes;
}

std::string unavailable_array(const Mapping& element, const DebeziumSettings& settings) {
  const std::string bytes = unavailable_bytes(settings);
  const std::string& type = element.schema.type;
  if (type.starts_with("int")) return repeated(bytes, "");
  if (type == "float" || type == "double") return repeated(bytes, ".0");
  if (element.schema.name == kUuidName) return "[\"" + name_uuid(bytes) + "\"]";
  if (type == "string" && element.unavailable.empty()) return "[" + java_string(bytes) + "]";
  return element.unavailable.empty() ? std::string() : "[" + element.unavailable + "]";
}

std::string connector_unavailable(const MappedType& type,
                                  const Mapping& mapping,
                                  const DebeziumSettings& settings) {
  const Type& of = type.type;
  if (of.form == TypeForm::array) return connector_array(type, mapping, settings);
  if (of.form == TypeForm::hstore && of.domain)
    return settings.hstore_handling == "map" ? kNull : java_string(unavailable_bytes(settings));
  if (of.oid == oid::kBytea && settings.binary_handling.starts_with("base64")) return kNull;
  const bool printed =
      of.oid == oid::kBytea || of.form == TypeForm::hstore || mapping.schema.type == "string";
  return printed && !mapping.unavailable.empty() ? mapping.unavailable : kNull;
}

}  // namespace cdckit::walcat
