// Makes a table of ours when it is not there, and its schema and database only when it must: a role
// with rights on what exists needs none to create more. Throws permission where the server says
// that it exists although this role does not see it.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/history/history_table.hpp"

#include <string>

namespace cdckit::snow_ddl {

// Throws permission with the grant that helps, or the error itself when it passes by itself.
[[noreturn]] void refuse_rights(const char* what,
                                const HistoryTable& table,
                                const snow::SqlError& error);

void make_table(const Execute& execute, const HistoryTable& table, const std::string& columns);

// Runs the statement; where the table is missing makes it first.
snow::StatementResult run_on_table(const Execute& execute,
                                   const HistoryTable& table,
                                   const std::string& columns,
                                   const std::string& statement);

}  // namespace cdckit::snow_ddl
