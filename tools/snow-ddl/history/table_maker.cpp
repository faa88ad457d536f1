#include "tools/snow-ddl/history/table_maker.hpp"

#include "common/snow/identifiers.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

enum class Made { done, exists, missing };

// missing: something around it is.
Made create(const Execute& execute, const std::string& statement) {
  try {
    (void)run_text(execute, statement);
    return Made::done;
  } catch (const snow::SqlError& error) {
    if (error.is_existing_object()) return Made::exists;  // perhaps somebody else just made it
    if (error.is_missing_object()) return Made::missing;
    throw;
  }
}

// There, and yet not for this role.
[[noreturn]] void refuse_hidden(const std::string& what, const std::string& grant) {
  throw base::Error(
      base::ErrorKind::permission,
      fmt::format("could not use {}: it is there, but not for this role", what),
      fmt::format("An administrator may run: GRANT {} ON {} TO ROLE ..", grant, what));
}

void make_schema(const Execute& execute, const HistoryTable& table) {
  const std::string database = snow::sql_name(table.database);
  const std::string schema = database + "." + snow::sql_name(table.schema);
  if (create(execute, "CREATE SCHEMA " + schema) != Made::missing) return;
  (void)create(execute, "CREATE DATABASE " + database);
  if (create(execute, "CREATE SCHEMA IF NOT EXISTS " + schema) == Made::missing)
    refuse_hidden("DATABASE " + database, "USAGE");
}

}  // namespace

void refuse_rights(const char* what, const HistoryTable& table, const snow::SqlError& error) {
  if (error.kind() == base::ErrorKind::temporary) throw error;
  throw base::Error(base::ErrorKind::permission,
                    fmt::format("could not use the {} {}: {}", what, sql_name(table), error.what()),
                    fmt::format("An administrator may run: GRANT SELECT, INSERT, UPDATE, DELETE ON "
                                "TABLE {} TO ROLE ..",
                                sql_name(table)));
}

void make_table(const Execute& execute, const HistoryTable& table, const std::string& columns) {
  const std::string statement = fmt::format("CREATE TABLE {} ({})", sql_name(table), columns);
  if (create(execute, statement) != Made::missing) return;
  make_schema(execute, table);
  if (create(execute, statement) == Made::missing)
    refuse_hidden("SCHEMA " + snow::sql_name(table.database) + "." + snow::sql_name(table.schema),
                  "USAGE");
}

snow::StatementResult run_on_table(const Execute& execute,
                                   const HistoryTable& table,
                                   const std::string& columns,
                                   const std::string& statement) {
  try {
    return run_text(execute, statement);
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
  }
  make_table(execute, table, columns);
  try {
    return run_text(execute, statement);
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
  }
  refuse_hidden("TABLE " + sql_name(table), "SELECT, INSERT, UPDATE, DELETE");
}

}  // namespace cdckit::snow_ddl
