// How far mirrors are folded, as _CDC_STATE keeps it: of a prefix its source and what is
// acknowledged, of a table a position (FOLDED_POS) where one bounds it, and in FOLDED, as JSON, how
// far each channel is folded, the newest truncate and how far the journal was pruned.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::snow_put {

struct ChannelFold {
  std::string stream;    // newest row folded ..
  std::string snapshot;  // .. and newest one of a snapshot
  std::string seen;      // newest row that was there at the last fold
};

struct TableFold {
  bool known = false;   // it has a row
  bool shared = false;  // so it has under another prefix
  std::string folded_pos;
  std::string cut;     // newest truncate
  std::string pruned;  // newest position that was taken out of the journal
  std::map<std::string, ChannelFold> channels;
};

struct FoldState {
  bool has_prefix = false;  // the prefix has a row ..
  std::string source;       // .. and this source; empty: none said its name
  std::string acknowledged;
  std::map<std::string, TableFold> tables;
  // Positions of the source are those of a PostgreSQL server.
  [[nodiscard]] bool counts_lsns() const;
  [[nodiscard]] const TableFold& of(const std::string& table) const;
};

// Pure: FOLDED.
std::string folded_text(const TableFold& fold);
void read_folded(std::string_view json, TableFold& fold);

// Nothing when there is no _CDC_STATE.
std::optional<FoldState> load_fold_state(snow::SqlApi& api,
                                         const snow::TableAddress& state,
                                         const std::string& prefix);
// Writes the row of a table.
std::string store_fold_sql(const snow::TableAddress& state,
                           const std::string& prefix,
                           const std::string& table,
                           const TableFold& fold);
// How far any prefix has pruned a table's journal; empty: not at all.
std::string pruned_position(snow::SqlApi& api,
                            const snow::TableAddress& state,
                            const std::string& table);

}  // namespace cdckit::snow_put
