#include "tools/pg-load/table/type_inference.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex =
        std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

bool is_timestamp(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' '))
    return false;
  return base::parse_time(text).has_value();
}

}  // namespace

std::uint8_t shape_of(std::string_view json) noexcept {
  switch (json.front()) {
    case 'n':
      return 0;
    case 't':
    case 'f':
      return kShapeBoolean;
    case '{':
    case '[':
      return kShapeNested;
    case '"':
      break;
    default:
      return base::parse_signed(json) ? kShapeInteger : kShapeNumber;
  }
  const std::string_view text = json.substr(1, json.size() - 2);
  if (is_uuid(text)) return kShapeUuid;
  return is_timestamp(text) ? kShapeTimestamp : kShapeText;
}

std::string type_for(std::uint8_t shapes) {
  switch (shapes) {
    case kShapeInteger:
      return "bigint";
    case kShapeNumber:
    case kShapeInteger | kShapeNumber:
      return "numeric";
    case kShapeBoolean:
      return "boolean";
    case kShapeTimestamp:
      return "timestamp with time zone";
    case kShapeUuid:
      return "uuid";
    default:
      return (shapes & kShapeNested) != 0 ? "jsonb" : "text";
  }
}

void TypeInference::add(std::string_view row) {
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  std::string scratch;
  while (cursor.next(member)) {
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    const std::string_view name = ndjson::unescape(quoted, scratch);
    auto found = std::find_if(
        seen_.begin(), seen_.end(), [&](const Seen& seen) { return seen.name == name; });
    if (found == seen_.end()) found = seen_.insert(seen_.end(), Seen{std::string(name), 0});
    found->shapes = static_cast<std::uint8_t>(found->shapes | shape_of(member.value));
  }
}

std::vector<event::Column> TypeInference::columns(
    const std::vector<std::pair<std::string, std::string>>& fixed) const {
  std::vector<event::Column> columns;
  for (const Seen& seen : seen_)
    columns.push_back({.name = seen.name, .type = type_for(seen.shapes)});
  for (const auto& [name, type] : fixed) {
    auto found = std::find_if(columns.begin(), columns.end(), [&](const event::Column& column) {
      return column.name == name;
    });
    if (found == columns.end()) {
      columns.push_back({.name = name, .type = type});
    } else {
      found->type = type;
    }
  }
  return columns;
}

std::string create_table_sql(const TableName& name,
                             const event::TableSchema& schema,
                             bool with_schema) {
  std::string sql;
  if (with_schema && !name.schema.empty())
    sql = "CREATE SCHEMA IF NOT EXISTS " + pg::quote_identifier(name.schema) + "; ";
  const std::string quoted = name.schema.empty() ? pg::quote_identifier(name.table)
                                                 : pg::quote_name(name.schema, name.table);
  sql += "CREATE TABLE IF NOT EXISTS " + quoted + " (";
  std::string separator;
  for (const event::Column& column : schema.columns) {
    const bool key =
        std::find(schema.key.begin(), schema.key.end(), column.name) != schema.key.end();
    sql += separator + pg::quote_identifier(column.name) + " " + column.type +
           (column.nullable && !key ? "" : " NOT NULL");
    separator = ", ";
  }
  if (!schema.key.empty()) {
    sql += separator + "PRIMARY KEY (";
    separator.clear();
    for (const std::string& column : schema.key) {
      sql += separator + pg::quote_identifier(column);
      separator = ", ";
    }
    sql += ")";
  }
  return sql + ")";
}

}  // namespace cdckit::pg_load
