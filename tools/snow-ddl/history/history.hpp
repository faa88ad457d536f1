// The history table at the server: read, made when it is missing, added to.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/history/history_table.hpp"

#include <vector>

namespace cdckit::snow_ddl {

class History {
 public:
  History(HistoryTable table, Execute execute)
      : table_(std::move(table)), execute_(std::move(execute)) {}
  // Empty when there is no table yet, or none that this role sees: then found() is false.
  std::vector<HistoryEntry> read();
  [[nodiscard]] bool found() const noexcept { return found_; }
  // Makes the table when it is missing, and proves that it can be read and written before anything
  // runs that must be remembered. Throws permission when it cannot.
  std::vector<HistoryEntry> prove();
  // That rows can be taken out of it.
  void prove_forget();
  void add(const std::vector<HistoryEntry>& entries);
  [[nodiscard]] const HistoryTable& table() const noexcept { return table_; }

 private:
  HistoryTable table_;
  Execute execute_;
  bool found_ = true;
};

}  // namespace cdckit::snow_ddl
