#include "tools/snow-ddl/history.hpp"

namespace cdckit::snow_ddl {

std::vector<HistoryEntry> History::read() {
  try {
    const auto entries = read_entries(execute_(select_statement(table_)));
    exists_ = true;
    return entries;
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
    return {};
  }
}

void History::create_if_missing() {
  if (exists_) return;
  for (const std::string& text : create_statements(table_)) {
    snow::Statement statement;
    statement.text = text;
    (void)execute_(statement);
  }
  exists_ = true;
}

void History::add(const HistoryEntry& entry) {
  (void)execute_(insert_statement(table_, entry));
}

}  // namespace cdckit::snow_ddl
