// The table that remembers what was applied, as schemachange has it: its name, its columns, its
// SQL, and its rows read back; and the names of our tables beside it.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-ddl/scripts/script_name.hpp"

#include <cstddef>
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

  // <HISTORY>_LOCK and the like
  [[nodiscard]] HistoryTable beside(const std::string& suffix) const {
    return {database, schema, table + suffix};
  }
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

inline constexpr const char* kHistoryColumns =
    "VERSION VARCHAR, DESCRIPTION VARCHAR, SCRIPT VARCHAR, SCRIPT_TYPE VARCHAR, CHECKSUM VARCHAR, "
    "EXECUTION_TIME NUMBER, STATUS VARCHAR, INSTALLED_BY VARCHAR, INSTALLED_ON TIMESTAMP_LTZ";

// All rows, oldest first.
std::string select_text(const HistoryTable& table);
std::vector<HistoryEntry> read_entries(const snow::StatementResult& result);
// As if that version had never run.
std::string forget_version_text(const HistoryTable& table, const std::string& version);
// The row as a SELECT; insert_text() is that behind INSERT INTO. Of several at one moment each is
// `later` by a microsecond: older versions of schemachange go by the newest.
std::string select_of(const HistoryEntry& entry, std::size_t later = 0);
std::string insert_text(const HistoryTable& table, const HistoryEntry& entry);

}  // namespace cdckit::snow_ddl
