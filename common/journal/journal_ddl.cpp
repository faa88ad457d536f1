#include "common/journal/journal_ddl.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "common/snow/type_map.hpp"

#include <algorithm>
#include <set>

namespace cdckit::journal {
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

void append_column(std::string& sql, std::string_view name, std::string_view type) {
  if (sql.back() != '(') sql += ", ";
  sql += snow::sql_name(name);
  sql += ' ';
  sql += type;
}

std::string filled(std::string text, const std::string& hole, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(hole, at)) != std::string::npos; at += value.size())
    text.replace(at, hole.size(), value);
  return text;
}

}  // namespace

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

std::vector<TargetColumn> target_columns(const event::TableSchema& schema) {
  std::vector<TargetColumn> columns;
  std::set<std::string> names;
  for (const event::Column& source : schema.columns) {
    TargetColumn column{snow::column_name(source.name),
                        snow::snowflake_type(source.stored_type()),
                        place_in(schema.key, source.name)};
    if (is_metadata_name(column.name)) refuse(schema, "column \"" + source.name + "\" is ours");
    if (!names.insert(column.name).second) {
      refuse(schema, "two columns would be called \"" + column.name + "\"");
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<TargetColumn> target_columns(const event::TableSchema& schema,
                                         const ColumnChoices& choices) {
  std::vector<TargetColumn> columns = target_columns(schema);
  for (TargetColumn& column : columns) {
    const auto chosen = choices.types.find(choices.table + "." + column.name);
    if (chosen != choices.types.end()) column.type = chosen->second;
  }
  int place = static_cast<int>(schema.key.size());
  for (const auto& [name, value] : choices.constants)
    columns.push_back({name, "VARCHAR", schema.key.empty() ? 0 : ++place});
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

std::string create_columns_sql(const snow::TableAddress& table,
                               const std::vector<TargetColumn>& columns) {
  std::string sql = "CREATE TABLE IF NOT EXISTS " + snow::sql_name(table) + " (";
  for (const TargetColumn& column : columns) append_column(sql, column.name, column.type);
  append_column(sql, "RECORD_METADATA", "VARIANT");
  return sql + ")";
}

std::string create_variant_sql(const snow::TableAddress& table) {
  return "CREATE TABLE IF NOT EXISTS " + snow::sql_name(table) +
         " (RECORD_METADATA VARIANT, RECORD_CONTENT VARIANT)";
}

std::string create_mirror_sql(const snow::TableAddress& mirror,
                              const std::vector<TargetColumn>& columns,
                              const MirrorShape& shape) {
  std::string list = "(";
  for (const TargetColumn& column : columns) {
    append_column(list, column.name, column.type);
    if (column.key_place > 0) list += " NOT NULL";
  }
  append_column(list, kPos, "VARCHAR");
  if (shape.soft_deletes) append_column(list, kDeleted, "BOOLEAN NOT NULL");
  const std::vector<TargetColumn> key = key_in_order(columns);
  for (const TargetColumn& column : key) {
    list += &column == &key.front() ? ", PRIMARY KEY (" : ", ";
    list += snow::sql_name(column.name);
  }
  if (!key.empty()) list += ")";
  if (shape.create_template.empty())
    return "CREATE TABLE IF NOT EXISTS " + snow::sql_name(mirror) + " " + list + ")";
  return filled(filled(shape.create_template, "${table}", snow::sql_name(mirror)),
                "${columns}",
                list.substr(1));
}

std::string add_column_clause(const TargetColumn& column) {
  return "ADD COLUMN IF NOT EXISTS " + snow::sql_name(column.name) + " " + column.type;
}

std::string widen_column_clause(const std::string& column, const std::string& type) {
  return "ALTER COLUMN " + snow::sql_name(column) + " SET DATA TYPE " + type;
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

}  // namespace cdckit::journal
