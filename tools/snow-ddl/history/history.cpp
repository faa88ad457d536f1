#include "tools/snow-ddl/history/history.hpp"

#include "tools/snow-ddl/history/table_maker.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

[[noreturn]] void refuse(const HistoryTable& table, const snow::SqlError& error) {
  throw base::Error(base::ErrorKind::permission,
                    fmt::format("could not use the history {}: {}", sql_name(table), error.what()),
                    fmt::format("An administrator may run: GRANT SELECT, INSERT, UPDATE, DELETE ON "
                                "TABLE {} TO ROLE ..",
                                sql_name(table)));
}

}  // namespace

std::vector<HistoryEntry> History::read() {
  try {
    return read_entries(run_text(execute_, select_text(table_)));
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
    return {};
  }
}

std::vector<HistoryEntry> History::prove() {
  try {
    std::vector<HistoryEntry> entries =
        read_entries(run_on_table(execute_, table_, kHistoryColumns, select_text(table_)));
    (void)run_text(execute_,
                   fmt::format("INSERT INTO {} (SCRIPT) SELECT SCRIPT FROM {} WHERE 1 = 0",
                               sql_name(table_),
                               sql_name(table_)));
    return entries;
  } catch (const snow::SqlError& error) {
    if (error.kind() == base::ErrorKind::temporary) throw;
    refuse(table_, error);
  }
}

void History::add(const HistoryEntry& entry) {
  (void)run_text(execute_, insert_text(table_, entry));
}

}  // namespace cdckit::snow_ddl
