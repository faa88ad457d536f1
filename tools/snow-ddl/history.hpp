// The history table at the server: read, made when it is missing, added to.
#pragma once

#include "tools/snow-ddl/history_table.hpp"
#include "tools/snow-ddl/session.hpp"

#include <vector>

namespace cdckit::snow_ddl {

class History {
 public:
  History(HistoryTable table, Execute execute)
      : table_(std::move(table)), execute_(std::move(execute)) {}
  // Empty when there is no table yet.
  std::vector<HistoryEntry> read();
  // To be called before the first script runs: none may run without being remembered.
  void create_if_missing();
  void add(const HistoryEntry& entry);

 private:
  HistoryTable table_;
  Execute execute_;
  bool exists_ = false;
};

}  // namespace cdckit::snow_ddl
