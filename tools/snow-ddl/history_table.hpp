// The table that remembers what was applied, as schemachange has it: its name, its columns, its
// SQL, and its rows read back.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-ddl/script_name.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

// Stored names (upper case unless quoted).
struct HistoryTable {
  std::string database = "METADATA";
  std::string schema = "SCHEMACHANGE";
  std::string table = "CHANGE_HISTORY";
};

// TABLE, SCHEMA.TABLE or DATABASE.SCHEMA.TABLE; parts may be quoted. Throws std::invalid_argument.
HistoryTable parse_history_table(const std::string& text);
std::string sql_name(const HistoryTable& table);

struct HistoryEntry {
  std::string version;
  std::string description;
  std::string script;
  char kind = 'V';
  std::string checksum;
  std::int64_t seconds = 0;
  bool success = true;
  std::string installed_by;
  std::string installed_on;  // when read: ISO 8601 in UTC
};

// Database, schema and table, each if it is missing.
std::vector<std::string> create_statements(const HistoryTable& table);
// All rows, oldest first.
snow::Statement select_statement(const HistoryTable& table);
std::vector<HistoryEntry> read_entries(const snow::StatementResult& result);
snow::Statement insert_statement(const HistoryTable& table, const HistoryEntry& entry);

}  // namespace cdckit::snow_ddl
