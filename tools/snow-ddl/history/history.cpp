#include "tools/snow-ddl/history/history.hpp"

#include "tools/snow-ddl/history/table_maker.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {
std::vector<HistoryEntry> History::read() {
  try {
    return read_entries(run_text(execute_, select_text(table_)));
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
    found_ = false;
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
    refuse_rights("history", table_, error);
  }
}

void History::prove_forget() {
  try {
    (void)run_text(execute_, fmt::format("DELETE FROM {} WHERE 1 = 0", sql_name(table_)));
  } catch (const snow::SqlError& error) {
    refuse_rights("history", table_, error);
  }
}

void History::add(const std::vector<HistoryEntry>& entries) {
  constexpr std::size_t kMost = 200;  // in one statement
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += text.empty() ? insert_text(table_, entries[i])
                         : "\nUNION ALL\n" + select_of(entries[i], i % kMost);
    if ((i + 1) % kMost != 0 && i + 1 < entries.size()) continue;
    (void)run_text(execute_, text);
    text.clear();
  }
}

}  // namespace cdckit::snow_ddl
