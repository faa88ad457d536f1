#include "common/debezium/connect_schema.hpp"

#include "common/base/text.hpp"
#include "common/debezium/type_text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>

namespace cdckit::debezium {
namespace {

constexpr std::int64_t kMilli = 1'000;
constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kNano = 1'000'000'000;
constexpr std::int64_t kMoneyScale = 2;

struct Known {
  std::string_view name;
  Decoding how;
};

const Known* find_known(std::string_view name) {
  static const std::array all{
      Known{"io.debezium.time.Date", {.form = Form::date}},
      Known{"io.debezium.time.Time", {.form = Form::time, .per_second = kMilli}},
      Known{"io.debezium.time.MicroTime", {.form = Form::time, .per_second = kMicro}},
      Known{"io.debezium.time.NanoTime", {.form = Form::time, .per_second = kNano}},
      Known{"io.debezium.time.Timestamp", {.form = Form::timestamp, .per_second = kMilli}},
      Known{"io.debezium.time.MicroTimestamp", {.form = Form::timestamp, .per_second = kMicro}},
      Known{"io.debezium.time.NanoTimestamp", {.form = Form::timestamp, .per_second = kNano}},
      Known{"io.debezium.time.IsoDate", {.form = Form::iso}},
      Known{"io.debezium.time.IsoTime", {.form = Form::iso}},
      Known{"io.debezium.time.IsoTimestamp", {.form = Form::iso}},
      Known{"io.debezium.time.ZonedTimestamp", {.form = Form::iso_zoned}},
      Known{"io.debezium.time.ZonedTime", {.form = Form::iso_zoned}},
      Known{"io.debezium.time.MicroDuration", {.form = Form::duration, .per_second = kMicro}},
      Known{"io.debezium.time.NanoDuration", {.form = Form::duration, .per_second = kNano}},
      Known{"io.debezium.time.Interval", {}},
      Known{"org.apache.kafka.connect.data.Date", {.form = Form::date}},
      Known{"org.apache.kafka.connect.data.Time", {.form = Form::time, .per_second = kMilli}},
      Known{"org.apache.kafka.connect.data.Timestamp",
            {.form = Form::timestamp, .per_second = kMilli}},
      Known{"org.apache.kafka.connect.data.Decimal", {.form = Form::decimal}},
      Known{"io.debezium.data.VariableScaleDecimal", {.form = Form::variable_decimal}},
      Known{"io.debezium.data.Bits", {.form = Form::bits}},
      Known{"io.debezium.data.Json", {.form = Form::json}},
      Known{"io.debezium.data.Uuid", {}},
      Known{"io.debezium.data.Xml", {}},
      Known{"io.debezium.data.Enum", {}},
      Known{"io.debezium.data.EnumSet", {}},
      Known{"io.debezium.data.Ltree", {}},
      Known{"io.debezium.data.Tsvector", {}},
      Known{"io.debezium.data.geometry.Point", {.form = Form::point}},
      Known{"io.debezium.data.geometry.Geometry", {.form = Form::shape}},
      Known{"io.debezium.data.geometry.Geography", {.form = Form::postgis}},
      Known{"io.debezium.data.geometry.Circle", {.form = Form::circle}},
      Known{"io.debezium.data.geometry.Line", {.form = Form::line}},
      Known{"io.debezium.data.DoubleVector", {.form = Form::vector}},
      Known{"io.debezium.data.FloatVector", {.form = Form::vector}},
  };
  const auto* found =
      std::find_if(all.begin(), all.end(), [&](const Known& known) { return known.name == name; });
  return found == all.end() ? nullptr : found;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string text_member(std::string_view object, std::string_view name) {
  const std::string_view token = ndjson::find_member(object, name);
  std::string scratch;
  return token.starts_with('"') ? std::string(ndjson::unescape(token, scratch)) : std::string();
}

std::int64_t parameter(std::string_view schema, std::string_view name, std::int64_t otherwise) {
  const std::string_view parameters = ndjson::find_member(schema, "parameters");
  if (!parameters.starts_with('{')) return otherwise;
  return base::parse_signed(text_member(parameters, name)).value_or(otherwise);
}

bool is_native_shape(std::string_view name) {
  return is_one_of(name, {"box", "lseg", "path", "polygon"});
}

// What a number or a text without a name of its own could be read as by mistake.
bool is_moment(std::string_view name) {
  return is_one_of(name, {"date", "interval"}) || name.starts_with("time");
}

Decoding bytes_by(Binary binary) {
  switch (binary) {
    case Binary::unsaid:
      return {.form = Form::unknown};
    case Binary::hex:
      return {.form = Form::bytes_hex};
    case Binary::base64_url_safe:
      return {.form = Form::bytes_url_safe};
    default:
      return {.form = Form::bytes};
  }
}

// A schema without a semantic name.
Decoding by_connect_type(std::string_view kind, const TypeText& type, Binary binary) {
  const bool numeric = is_one_of(type.name, {"numeric", "money"});
  if (kind == "boolean") return {.form = type.name.starts_with("bit") ? Form::bit : Form::as_it_is};
  if (kind == "string") {
    if (type.name == "bytea") return bytes_by(binary);
    if (is_one_of(type.name, {"json", "jsonb"})) return {.form = Form::unknown};
    return {.form = numeric ? Form::decimal_text : Form::as_it_is};
  }
  if (kind == "bytes") {
    if (is_one_of(type.name, {"bytea", kAnyDocument})) return {.form = Form::bytes};
    const bool text = is_one_of(type.name, {"text", "character varying", "character", "bpchar"});
    return {.form = text || numeric || is_moment(type.name) ? Form::unknown : Form::bytes_text};
  }
  if (kind == "map")
    return {.form =
                is_one_of(type.name, {"hstore", kAnyDocument}) ? Form::as_it_is : Form::unknown};
  if (kind == "struct") return {.form = Form::unknown};
  if (is_one_of(kind, {"int8", "int16", "int32", "int64"}) && is_moment(type.name))
    return {.form = Form::unknown};
  return {};
}

Decoding bits_by(const TypeText& type) {
  const bool fixed = type.name == "bit";
  const std::int64_t length = type.modifiers.empty() ? (fixed ? 1 : 0) : type.modifiers.front();
  if (length == 1) return {.form = Form::bit};
  return {.form = Form::bits, .size = fixed ? static_cast<std::size_t>(length) : 0};
}

// adaptive: thousandths of a second where they are enough.
std::int64_t precision_of(const TypeText& type) {
  return !type.modifiers.empty() && type.modifiers.front() <= 3 ? kMilli : kMicro;
}

Decoding numeric_by(const TypeText& type) {
  if (type.modifiers.empty()) return {.form = Form::variable_decimal};
  const std::int64_t scale = type.modifiers.size() > 1 ? type.modifiers[1] : 0;
  // The connector takes a negative scale for a large one.
  return scale < 0 ? Decoding{.form = Form::unknown}
                   : Decoding{.form = Form::decimal, .scale = scale};
}

}  // namespace

Decoding decoding_by_type(std::string_view text, Binary binary) {
  const TypeText type = parse_type_text(text);
  const std::string& name = type.name;
  if (type.array)
    return {.form = Form::array, .items = {decoding_by_type(element_type(text), binary)}};
  if (name == "date") return {.form = Form::date};
  if (name == "time without time zone")
    return {.form = Form::time, .per_second = precision_of(type)};
  if (name == "timestamp without time zone")
    return {.form = Form::timestamp, .per_second = precision_of(type)};
  if (name.ends_with(" with time zone")) return {.form = Form::iso_zoned};
  if (name == "numeric") return numeric_by(type);
  if (name == "money") return {.form = Form::decimal, .scale = kMoneyScale};
  if (name == "bytea") return bytes_by(binary == Binary::unsaid ? Binary::bytes : binary);
  if (name == "bit" || name == "bit varying") return bits_by(type);
  if (name.starts_with("interval")) return {.form = Form::duration, .per_second = kMicro};
  if (is_one_of(name, {"json", "jsonb", "hstore"})) return {.form = Form::json};
  if (name == "point") return {.form = Form::point};
  if (is_native_shape(name)) return {.form = Form::shape, .type = name};
  if (name == "circle") return {.form = Form::circle};
  if (name == "line") return {.form = Form::line};
  if (is_one_of(name, {"geometry", "geography"})) return {.form = Form::postgis};
  if (is_one_of(name, {"vector", "halfvec"})) return {.form = Form::vector};
  if (name == "sparsevec") return {.form = Form::unknown};
  if (name.ends_with("multirange") || is_one_of(name, {"tsquery", "pg_lsn", "xid8", "jsonpath"}))
    return {.form = Form::bytes_text};
  return {};
}

Decoding decoding_by_schema(std::string_view schema, std::string_view type_text, Binary binary) {
  const TypeText type = parse_type_text(type_text);
  const std::string kind = text_member(schema, "type");
  const std::string name = text_member(schema, "name");
  if (kind == "array" && name.empty()) {
    const std::string_view items = ndjson::find_member(schema, "items");
    if (!items.starts_with('{')) return {.form = Form::unknown};
    const std::string_view element =
        type.array && text_member(items, "type") != "array" ? element_type(type_text) : type_text;
    return {.form = Form::array, .items = {decoding_by_schema(items, element, binary)}};
  }
  if (name.empty()) return by_connect_type(kind, type, binary);
  const Known* known = find_known(name);
  if (known == nullptr) return {.form = Form::unknown};
  Decoding how = known->how;
  how.scale = parameter(schema, "scale", 0);
  if (how.form == Form::bits && !type.name.starts_with("bit varying")) {
    const std::int64_t length = parameter(schema, "length", 0);
    how.size = length > 0 && length < 0x7FFFFFFF ? static_cast<std::size_t>(length) : 0;
  }
  if (how.form == Form::shape) {
    how.type = type.name;
    if (is_one_of(type.name, {"geometry", "geography"})) how.form = Form::postgis;
  }
  return how;
}

std::vector<std::pair<std::string, std::string_view>> row_fields(std::string_view value_schema) {
  std::vector<std::pair<std::string, std::string_view>> columns;
  const auto fields_of = [](std::string_view schema) {
    const std::string_view fields = ndjson::find_member(schema, "fields");
    return fields.starts_with('[') ? fields : std::string_view("[]");
  };
  std::string_view row = value_schema;
  std::string_view field;
  for (ndjson::ArrayCursor envelope(fields_of(value_schema)); envelope.next(field);) {
    if (text_member(field, "field") == "after" && text_member(field, "type") == "struct")
      row = field;
  }
  for (ndjson::ArrayCursor cursor(fields_of(row)); cursor.next(field);)
    columns.emplace_back(text_member(field, "field"), field);
  return columns;
}

}  // namespace cdckit::debezium
