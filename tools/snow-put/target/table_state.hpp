// What is known of one target's table. Values: made and renewed by the SQL owner's threads, handed
// over to the thread that reads stdin, which keeps one a target.
#pragma once

#include "common/base/error.hpp"
#include "common/event/schema.hpp"
#include "common/snow/table_description.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

struct TableIdentity {
  SourceName source;
  std::string name;                                            // the mirror's, or the table's
  snow::TableAddress table;                                    // where rows are appended
  std::vector<std::pair<std::string, std::string>> constants;  // columns that all rows have alike
  bool of_rows = false;  // plain rows go there, which no schema line describes
};

struct TableState {
  snow::TableDescription description;
  std::string broken;  // why no row of it can be stored; empty: they can
  // Set where the service is why: then it says how a run ends that cannot put its rows aside.
  std::optional<base::Error> failure;
  bool mergeable = false;
  bool fresh = false;            // made by this run
  std::vector<std::string> key;  // stored names; empty: not known
  // Shapes of the source and what came of them, as long as the description is the same.
  std::vector<std::pair<event::TableSchema, std::string>> followed;

  [[nodiscard]] bool has_table() const noexcept { return !description.columns.empty(); }
  void stop(const base::Error& why) {
    broken = why.what();
    failure = why;
  }
};

// The table is not there, or not ours to see.
base::Error missing_table(const snow::TableAddress& table, const std::string& hint);
// Called where `error` is caught: what the service refuses stops the table; what concerns all of
// them is thrown on.
void refused(TableState& state, const base::Error& error);
// The same shape: names and types of the columns, in order.
bool same_shape(const snow::TableDescription& left, const snow::TableDescription& right) noexcept;

}  // namespace cdckit::snow_put
