#include "common/event/java_number.hpp"
#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/debezium/unavailable.hpp"
#include "tools/walcat/encode/type_oids.hpp"
#include "tools/walcat/wire/text_forms.hpp"

#include <algorithm>
#include <array>

namespace cdckit::walcat {
namespace {

// Arrays that the connector drops although it knows their elements.
constexpr std::array kNoArrays{
    oid::kMoney, oid::kInterval, oid::kName, oid::kVarbit, oid::kXml, oid::kPoint};

void append_element(std::string& out, std::string_view text, const Codec& codec) {
  codec.children.front().append(out, text, codec.children.front());
}

// Further dimensions are arrays in the array.
void append_array(std::string& out, std::string_view text, const Codec& codec) {
  ArrayTextCursor cursor(text, codec.delimiter);
  std::string_view element;
  bool comma = false;
  for (auto kind = cursor.next(element); kind != ElementKind::end; kind = cursor.next(element)) {
    if (comma && kind != ElementKind::close) out += ',';
    comma = kind != ElementKind::open;
    if (kind == ElementKind::open) {
      out += '[';
    } else if (kind == ElementKind::close) {
      out += ']';
    } else if (kind == ElementKind::null) {
      out += "null";
    } else {
      append_element(out, element, codec);
    }
  }
}

// ElementRules in a codec's parameter.
constexpr std::int32_t kNullLoses = 1;
constexpr std::int32_t kKeepsOthers = 2;
constexpr std::int32_t kStandsAlone = 4;

// False when the whole array is null for this one. A value is that when it cannot be converted.
bool append_flat_element(std::string& out,
                         ElementKind kind,
                         std::string_view element,
                         const Codec& codec) {
  const auto begin = out.size();
  if (kind == ElementKind::value) {
    append_element(out, element, codec);
    return (codec.parameter & kKeepsOthers) != 0 || out.compare(begin, out.npos, "null") != 0;
  }
  out += "null";
  const auto fatal = kind == ElementKind::null ? kNullLoses : kStandsAlone;
  return (codec.parameter & fatal) == 0;
}

// As Debezium: what stands deeper than the first dimension is null.
void append_flat_array(std::string& out, std::string_view text, const Codec& codec) {
  ArrayTextCursor cursor(text, codec.delimiter);
  std::string_view element;
  const auto begin = out.size();
  int depth = 0;
  for (auto kind = cursor.next(element); kind != ElementKind::end; kind = cursor.next(element)) {
    if (kind == ElementKind::close) {
      --depth;
      continue;
    }
    if (kind == ElementKind::open && ++depth != 2) continue;
    if (depth > 1 && kind != ElementKind::open) continue;
    out += out.size() == begin ? '[' : ',';
    if (append_flat_element(out, kind, element, codec)) continue;
    out.resize(begin);
    out += "null";
    return;
  }
  if (out.size() == begin) out += '[';
  out += ']';
}

// `[1,2.5]`
template <event::FloatWidth Width>
void append_vector(std::string& out, std::string_view text, const Codec& /*codec*/) {
  out += '[';
  text = text.substr(1, text.size() < 2 ? 0 : text.size() - 2);
  for (bool comma = false; !text.empty(); comma = true) {
    const auto end = std::min(text.find(','), text.size());
    if (comma) out += ',';
    event::append_java_number(out, text.substr(0, end), Width);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += ']';
}

// `{1:1.5,3:2}/5`; a map whose keys are no strings is a list of pairs.
void append_sparse_vector(std::string& out, std::string_view text, const Codec& /*codec*/) {
  const auto slash = std::min(text.rfind('/'), text.size());
  out += "{\"dimensions\":";
  out += text.substr(std::min(slash + 1, text.size()));
  out += ",\"vector\":[";
  text = text.substr(0, slash);
  text = text.substr(1, text.size() < 2 ? 0 : text.size() - 2);
  for (bool comma = false; !text.empty(); comma = true) {
    const auto end = std::min(text.find(','), text.size());
    const auto pair = text.substr(0, end);
    const auto colon = std::min(pair.find(':'), pair.size());
    out += comma ? ",[" : "[";
    out += pair.substr(0, colon);
    out += ',';
    event::append_java_number(
        out, pair.substr(std::min(colon + 1, pair.size())), event::FloatWidth::twice);
    out += ']';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += "]}";
}

void append_hstore_map(std::string& out, std::string_view text, const Codec& /*codec*/) {
  HstoreTextCursor cursor(text);
  std::string_view element;
  bool is_key = true;
  const auto begin = out.size();
  for (auto kind = cursor.next(element); kind != ElementKind::end; kind = cursor.next(element)) {
    if (is_key) out += out.size() == begin ? '{' : ',';
    if (kind == ElementKind::null) {
      out += "null";
    } else {
      append_java_string(out, element);
    }
    if (is_key) out += ':';
    is_key = !is_key;
  }
  if (out.size() == begin) out += '{';
  out += '}';
}

// JSON inside a string.
void append_hstore_json(std::string& out, std::string_view text, const Codec& codec) {
  static thread_local std::string inner;
  inner.clear();
  append_hstore_map(inner, text, codec);
  append_java_string(out, inner);
}

std::int32_t parameter_of(const ElementRules& rules) noexcept {
  return (rules.null_loses ? kNullLoses : 0) | (rules.keeps_others ? kKeepsOthers : 0) |
         (rules.stands_alone ? kStandsAlone : 0);
}

// The connector has no arrays of domains, but for enums.
bool has_array_of(const Mapping& element, const Type& of) {
  if (of.domain && of.kind != 'e') return false;
  return element.in_debezium &&
         std::find(kNoArrays.begin(), kNoArrays.end(), of.oid) == kNoArrays.end();
}

// To the connector bit[] is a bit that it cannot read.
Mapping map_unread(Mapping element) {
  element.codec.append = &append_null;
  return element;
}

Mapping map_array(const MappedType& type, const DebeziumSettings& settings) {
  const Type& of = *type.type.element;
  const auto modifier = of.modifier >= 0 ? of.modifier : type.modifier;
  Mapping element = map_type(
      {.type = of, .modifier = modifier, .snapshot = type.snapshot, .place = Place::element},
      settings);
  if (settings.quirks && of.oid == oid::kBit && !of.domain) return map_unread(std::move(element));
  Mapping mapping;
  mapping.codec.append = settings.quirks ? &append_flat_array : &append_array;
  mapping.codec.delimiter = type.type.delimiter;
  mapping.codec.parameter = parameter_of(element.element);
  mapping.filler = "[]";
  mapping.unavailable = unavailable_array(element, settings);
  mapping.in_debezium = has_array_of(element, of);
  ConnectSchema inner = element.schema;
  bool optional = element.element.optional || !settings.quirks;
  for (int depth = settings.quirks ? 1 : std::max(1, type.dimensions); depth > 0; --depth) {
    mapping.schema = simple_schema("array");
    mapping.schema.nested =
        "\"items\":" + schema_json(inner, {.optional = optional, .default_value = {}, .field = {}});
    inner = mapping.schema;
    optional = true;
  }
  mapping.codec.children.push_back(std::move(element.codec));
  return mapping;
}

Mapping map_hstore(const DebeziumSettings& settings) {
  const std::string bytes = unavailable_bytes(settings);
  Mapping mapping;
  const std::string pair = "{" + java_string(bytes) + ":" + java_string(bytes) + "}";
  if (settings.hstore_handling == "map") {
    mapping.codec.append = &append_hstore_map;
    mapping.schema = simple_schema("map");
    mapping.schema.nested = R"("keys":{"type":"string","optional":false},)"
                            R"("values":{"type":"string","optional":true})";
    mapping.filler = "{}";
    mapping.unavailable = pair;
  } else {
    mapping.codec.append = &append_hstore_json;
    mapping.schema = simple_schema("string", "io.debezium.data.Json");
    mapping.filler = "\"{}\"";
    mapping.unavailable = java_string(pair);
  }
  return mapping;
}

Mapping map_vector(AppendValue append, const char* item, const char* name) {
  Mapping mapping;
  mapping.codec.append = append;
  mapping.schema = simple_schema("array", std::string("io.debezium.data.") + name);
  mapping.schema.nested = std::string(R"("items":{"type":")") + item + R"(","optional":false})";
  mapping.filler = "[]";
  return mapping;
}

Mapping map_sparse_vector() {
  Mapping mapping;
  mapping.codec.append = &append_sparse_vector;
  mapping.schema = simple_schema("struct", "io.debezium.data.SparseDoubleVector");
  mapping.schema.doc = "Sparse double vector";
  mapping.schema.nested =
      R"("fields":[{"type":"int16","optional":false,"field":"dimensions"},)"
      R"({"type":"map","keys":{"type":"int16","optional":false},)"
      R"("values":{"type":"double","optional":false},"optional":false,"field":"vector"}])";
  mapping.filler = R"({"dimensions":0,"vector":[]})";
  return mapping;
}

}  // namespace

MaybeMapping map_nested(const MappedType& type, const DebeziumSettings& settings) {
  const Type& of = type.type;
  if (of.form == TypeForm::array) return map_array(type, settings);
  if (of.form == TypeForm::hstore) return map_hstore(settings);
  if (of.name == "vector")
    return map_vector(&append_vector<event::FloatWidth::twice>, "double", "DoubleVector");
  if (of.name == "halfvec")
    return map_vector(&append_vector<event::FloatWidth::single>, "float", "FloatVector");
  if (of.name == "sparsevec") return map_sparse_vector();
  return std::nullopt;
}

}  // namespace cdckit::walcat
