#include "tools/snow-put/journal_ddl.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "common/snow/type_map.hpp"

#include <algorithm>
#include <set>

namespace cdckit::snow_put {
namespace {

constexpr std::string_view kKeyComment = "key ";

[[noreturn]] void refuse(const event::TableSchema& schema, const std::string& why) {
  throw base::Error(
      base::ErrorKind::config,
      "could not lay out table \"" + schema.schema + "." + schema.table + "\": " + why);
}

int place_in(const std::vector<std::string>& key, const std::string& name) {
  const auto found = std::find(key.begin(), key.end(), name);
  return found == key.end() ? 0 : static_cast<int>(found - key.begin()) + 1;
}

std::vector<TargetColumn> key_in_order(const std::vector<TargetColumn>& columns) {
  std::vector<TargetColumn> key;
  for (const TargetColumn& column : columns) {
    if (column.key_place > 0) key.push_back(column);
  }
  std::sort(key.begin(), key.end(), [](const TargetColumn& left, const TargetColumn& right) {
    return left.key_place < right.key_place;
  });
  return key;
}

void append_column(std::string& sql, std::string_view name, std::string_view type) {
  if (sql.back() != '(') sql += ", ";
  sql += snow::sql_name(name);
  sql += ' ';
  sql += type;
}

}  // namespace

bool is_metadata_name(std::string_view name) noexcept {
  return std::any_of(kMetadata.begin(), kMetadata.end(), [&](const MetadataColumn& column) {
    return column.name == name;
  });
}

std::vector<TargetColumn> target_columns(const event::TableSchema& schema) {
  std::vector<TargetColumn> columns;
  std::set<std::string> names;
  for (const event::Column& source : schema.columns) {
    TargetColumn column{snow::stored_name(source.name),
                        snow::snowflake_type(source.type),
                        place_in(schema.key, source.name)};
    if (is_metadata_name(column.name)) refuse(schema, "column \"" + source.name + "\" is ours");
    if (!names.insert(column.name).second) {
      refuse(schema, "two columns would be called \"" + column.name + "\"");
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string create_journal_sql(const snow::TableAddress& journal,
                               const std::vector<TargetColumn>& columns) {
  std::string sql = "CREATE TABLE IF NOT EXISTS " + snow::sql_name(journal) + " (";
  for (const TargetColumn& column : columns) {
    append_column(sql, column.name, column.type);
    if (column.key_place > 0) {
      sql += " COMMENT '" + std::string(kKeyComment) + std::to_string(column.key_place) + "'";
    }
  }
  for (const MetadataColumn& column : kMetadata) append_column(sql, column.name, column.type);
  return sql + ")";
}

std::string create_mirror_sql(const snow::TableAddress& mirror,
                              const std::vector<TargetColumn>& columns) {
  std::string sql = "CREATE TABLE IF NOT EXISTS " + snow::sql_name(mirror) + " (";
  for (const TargetColumn& column : columns) {
    append_column(sql, column.name, column.type);
    if (column.key_place > 0) sql += " NOT NULL";
  }
  append_column(sql, kPos, "VARCHAR");
  const std::vector<TargetColumn> key = key_in_order(columns);
  for (const TargetColumn& column : key) {
    sql += &column == &key.front() ? ", PRIMARY KEY (" : ", ";
    sql += snow::sql_name(column.name);
  }
  return sql + (key.empty() ? ")" : "))");
}

std::string add_column_sql(const snow::TableAddress& table, const TargetColumn& column) {
  return "ALTER TABLE " + snow::sql_name(table) + " ADD COLUMN IF NOT EXISTS " +
         snow::sql_name(column.name) + " " + column.type;
}

std::vector<TargetColumn> columns_of_journal(const snow::TableDescription& journal) {
  std::vector<TargetColumn> columns;
  for (const snow::TableColumn& column : journal.columns) {
    if (is_metadata_name(column.name)) continue;
    TargetColumn target{column.name, column.type, 0};
    if (column.comment.starts_with(kKeyComment)) {
      const auto place = base::parse_unsigned(column.comment.substr(kKeyComment.size()));
      target.key_place = static_cast<int>(place.value_or(0));
    }
    columns.push_back(std::move(target));
  }
  return columns;
}

}  // namespace cdckit::snow_put
