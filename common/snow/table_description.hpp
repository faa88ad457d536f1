// What a Snowflake table looks like, through DESCRIBE TABLE.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/type_map.hpp"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow {

struct TableAddress {
  std::string database;  // stored names
  std::string schema;
  std::string table;

  auto operator<=>(const TableAddress&) const = default;
};

// "DB"."SCHEMA"."TABLE"
std::string sql_name(const TableAddress& address);

struct TableColumn {
  std::string name;  // stored
  std::string type;  // NUMBER(10,0)
  ColumnType parsed;
  bool nullable = true;
  bool in_primary_key = false;
  std::string comment;
  bool has_default = false;
};

struct TableDescription {
  std::vector<TableColumn> columns;
  [[nodiscard]] const TableColumn* find(const std::string& name) const noexcept;
  [[nodiscard]] std::vector<std::string> primary_key() const;
};

// Nothing when the table does not exist (or must not be seen).
std::optional<TableDescription> describe_table(SqlApi& api, const TableAddress& address);
// The rows of a DESCRIBE TABLE.
TableDescription read_description(const StatementResult& result);

}  // namespace cdckit::snow
