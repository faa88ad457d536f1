#include "tools/kcat-cdc/schemas/connect_shape.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/schemas/source_type.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cdckit::kcat_cdc {

namespace {

constexpr std::int64_t kMostDigits = 1'000;  // numeric(1000,1000) is the largest

struct TypeName {
  std::string_view connect;
  std::string_view postgres;
};

constexpr std::array kSemantic{
    TypeName{"io.debezium.time.Date", "date"},
    TypeName{"io.debezium.time.IsoDate", "date"},
    TypeName{"org.apache.kafka.connect.data.Date", "date"},
    TypeName{"io.debezium.time.Time", "time without time zone"},
    TypeName{"io.debezium.time.MicroTime", "time without time zone"},
    TypeName{"io.debezium.time.NanoTime", "time without time zone"},
    TypeName{"io.debezium.time.IsoTime", "time without time zone"},
    TypeName{"org.apache.kafka.connect.data.Time", "time without time zone"},
    TypeName{"io.debezium.time.ZonedTime", "time with time zone"},
    TypeName{"io.debezium.time.Timestamp", "timestamp without time zone"},
    TypeName{"io.debezium.time.MicroTimestamp", "timestamp without time zone"},
    TypeName{"io.debezium.time.NanoTimestamp", "timestamp without time zone"},
    TypeName{"io.debezium.time.IsoTimestamp", "timestamp without time zone"},
    TypeName{"org.apache.kafka.connect.data.Timestamp", "timestamp without time zone"},
    TypeName{"io.debezium.time.ZonedTimestamp", "timestamp with time zone"},
    TypeName{"io.debezium.time.MicroDuration", "interval"},
    TypeName{"io.debezium.time.NanoDuration", "interval"},
    TypeName{"io.debezium.time.Interval", "interval"},
    TypeName{"io.debezium.data.VariableScaleDecimal", "numeric"},
    TypeName{"io.debezium.data.Json", "jsonb"},
    TypeName{"io.debezium.data.Uuid", "uuid"},
    TypeName{"io.debezium.data.Xml", "xml"},
    TypeName{"io.debezium.data.Tsvector", "tsvector"},
    TypeName{"io.debezium.data.geometry.Point", "point"},
    TypeName{"io.debezium.data.geometry.Circle", "circle"},
    TypeName{"io.debezium.data.geometry.Line", "line"},
};

constexpr std::array kBare{
    TypeName{"int8", "smallint"},
    TypeName{"int16", "smallint"},
    TypeName{"int32", "integer"},
    TypeName{"int64", "bigint"},
    TypeName{"float32", "real"},
    TypeName{"float64", "double precision"},
    TypeName{"float", "real"},
    TypeName{"double", "double precision"},
    TypeName{"boolean", "boolean"},
    TypeName{"bytes", "bytea"},
    TypeName{"struct", "jsonb"},
    TypeName{"map", "hstore"},  // PostgreSQL has no other
};

template <class Table>
std::string_view find_type(const Table& table, std::string_view connect) {
  const auto* found = std::find_if(
      table.begin(), table.end(), [&](const TypeName& name) { return name.connect == connect; });
  return found == table.end() ? std::string_view{} : found->postgres;
}

std::string text_member(std::string_view object, std::string_view name) {
  const std::string_view token = ndjson::find_member(object, name);
  std::string scratch;
  return token.starts_with('"') ? std::string(ndjson::unescape(token, scratch)) : std::string();
}

std::string_view object_member(std::string_view object, std::string_view name) {
  const std::string_view token = ndjson::find_member(object, name);
  return token.starts_with('{') ? token : std::string_view("{}");
}

std::string_view fields_of(std::string_view schema) {
  const std::string_view token = ndjson::find_member(schema, "fields");
  return token.starts_with('[') ? token : std::string_view("[]");
}

std::optional<std::int64_t> number_member(std::string_view object, std::string_view name) {
  return base::parse_signed(text_member(object, name));
}

// A scale that PostgreSQL cannot have, as the connector says of negative ones, leaves it open.
std::string decimal_type(std::string_view parameters) {
  const auto precision = number_member(parameters, "connect.decimal.precision");
  const auto scale = number_member(parameters, "scale");
  if (!precision || !scale || *precision < 1 || *precision > kMostDigits || *scale < 0 ||
      *scale > *precision)
    return "numeric";
  return "numeric(" + std::to_string(*precision) + "," + std::to_string(*scale) + ")";
}

std::string semantic_type(std::string_view schema, std::string_view name) {
  const std::string_view parameters = object_member(schema, "parameters");
  if (name == "org.apache.kafka.connect.data.Decimal") return decimal_type(parameters);
  if (name == "io.debezium.data.Bits") {
    const auto length = number_member(parameters, "length");
    const bool bounded = length && *length > 0 && *length <= 83'886'080;
    return bounded ? "bit varying(" + std::to_string(*length) + ")" : "bit varying";
  }
  return std::string(find_type(kSemantic, name));
}

// Of `after` in an envelope, else of the record itself.
std::string_view row_of(std::string_view value) {
  std::string_view field;
  for (ndjson::ArrayCursor cursor(fields_of(value)); cursor.next(field);) {
    if (text_member(field, "field") == "after" && text_member(field, "type") == "struct")
      return field;
  }
  return value;
}

void append_key_names(std::string& out, std::string_view key) {
  if (!key.starts_with('{')) return;
  std::string_view field;
  for (ndjson::ArrayCursor cursor(fields_of(key)); cursor.next(field);) {
    const std::string_view name = ndjson::find_member(field, "field");
    if (!name.starts_with('"')) continue;
    if (out.back() != '[') out += ',';
    out += name;
  }
}

void append_columns(std::string& out, std::string_view row) {
  std::string_view field;
  for (ndjson::ArrayCursor cursor(fields_of(row)); cursor.next(field);) {
    const std::string_view name = ndjson::find_member(field, "field");
    if (!name.starts_with('"')) continue;
    out += out.back() != '[' ? R"(,{"name":)" : R"({"name":)";
    out += name;
    out += R"(,"type":)";
    ndjson::append_string(out, column_type(field));
    out += R"(,"oid":0,"modifier":-1,"nullable":)";
    out += ndjson::find_member(field, "optional") == "true" ? "true}" : "false}";
  }
}

}  // namespace

TableName table_of_topic(std::string_view topic) noexcept {
  const auto last = topic.rfind('.');
  if (last == std::string_view::npos) return {{}, topic};
  const std::string_view front = topic.substr(0, last);
  const auto before = front.rfind('.');
  return {before == std::string_view::npos ? front : front.substr(before + 1),
          topic.substr(last + 1)};
}

std::string column_type(std::string_view schema) {
  const std::string name = text_member(schema, "name");
  const std::string kind = text_member(schema, "type");
  std::string source = source_type(object_member(schema, "parameters"));
  if (!source.empty()) return source;
  if (!name.empty()) {
    std::string semantic = semantic_type(schema, name);
    if (!semantic.empty()) return semantic;
  }
  if (kind == "array") return column_type(object_member(schema, "items")) + "[]";
  const std::string_view bare = find_type(kBare, kind);
  return bare.empty() ? "text" : std::string(bare);
}

void append_connect_shape(std::string& out,
                          const TableName& table,
                          std::string_view key,
                          std::string_view value) {
  out += R"({"__cdc":"schema","v":1,"schema":")";
  out += table.schema;
  out += R"(","table":")";
  out += table.table;
  out += R"(","identity":"default","key":[)";
  append_key_names(out, key);
  out += R"(],"columns":[)";
  append_columns(out, row_of(value));
  out += R"(],"encoding":"debezium","connect":{"key":)";
  out += key;
  out += R"(,"value":)";
  out += value;
  const std::size_t begin = out.size() - value.size() - key.size();
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin),
      out.end(),
      [](char c) { return c == '\n' || c == '\r'; },
      ' ');
  out += "}}";
}

}  // namespace cdckit::kcat_cdc
