#include "common/snow/table_description.hpp"

#include "common/snow/identifiers.hpp"

#include <algorithm>

namespace cdckit::snow {
namespace {

bool has_column(const StatementResult& result, const std::string& name) {
  return std::any_of(result.columns.begin(), result.columns.end(), [&](const ResultColumn& column) {
    return column.name == name;
  });
}

}  // namespace

std::string sql_name(const TableAddress& address) {
  return sql_name(address.database, address.schema, address.table);
}

const TableColumn* TableDescription::find(const std::string& name) const noexcept {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const TableColumn& column) {
    return column.name == name;
  });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> TableDescription::primary_key() const {
  std::vector<std::string> names;
  for (const TableColumn& column : columns) {
    if (column.in_primary_key) names.push_back(column.name);
  }
  return names;
}

TableDescription read_description(const StatementResult& result) {
  TableDescription description;
  const bool has_comment = has_column(result, "comment");
  const bool has_default = has_column(result, "default");
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    TableColumn column;
    column.name = result.text(i, "name");
    column.type = result.text(i, "type");
    column.parsed = parse_column_type(column.type);
    column.nullable = result.text(i, "null?") != "N";
    column.in_primary_key = result.text(i, "primary key") == "Y";
    if (has_default) column.has_default = !result.text(i, "default").empty();
    if (has_comment) column.comment = result.text(i, "comment");
    description.columns.push_back(std::move(column));
  }
  return description;
}

std::optional<TableDescription> describe_table(SqlApi& api, const TableAddress& address) {
  try {
    return read_description(api.run("DESCRIBE TABLE " + sql_name(address)));
  } catch (const SqlError& error) {
    if (error.is_missing_object()) return std::nullopt;
    throw;
  }
}

}  // namespace cdckit::snow
