// What an incremental snapshot remembers, and how it travels: as JSON in logical messages of the
// prefix kSignalPrefix, so that the WAL itself is the place where progress lives. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

// A request has no `step`; each step that a run has done carries a name of its own.
struct IncrementalState {
  std::string slot;                 // whose walcat it is for
  std::string step;                 // unique
  std::vector<std::string> tables;  // as table_text() prints them
  std::size_t table = 0;            // the one at hand; all are done when it is behind the last
  std::vector<std::string> after;   // key of the last row read; empty: none yet
  std::vector<std::string> until;   // the largest key when the table was begun

  [[nodiscard]] bool done() const noexcept { return table >= tables.size(); }
  bool operator==(const IncrementalState&) const = default;
};

// `schema.table`; a part with a dot or a quote in it stands in quotes, so that only one table has
// this text.
std::string table_text(std::string_view schema, std::string_view table);
struct TableName {
  std::string schema;
  std::string table;
};
// The way back; whatever stands there, parts may come out empty.
TableName parse_table(std::string_view text);

std::string state_json(const IncrementalState& state);
// Nothing when it is not what state_json() prints.
std::optional<IncrementalState> parse_state(std::string_view json);

// pg_current_snapshot(): which transactions a read has seen.
class SeenTransactions {
 public:
  SeenTransactions() = default;
  // `xmin:xmax:xip,xip`; throws protocol.
  explicit SeenTransactions(std::string_view text);
  [[nodiscard]] bool sees(std::uint32_t xid) const noexcept;
  // Begun and not over then; later numbers from next() on had not begun.
  [[nodiscard]] const std::vector<std::uint32_t>& running() const noexcept { return running_; }
  [[nodiscard]] std::uint32_t next() const noexcept { return next_; }

 private:
  std::uint32_t next_ = 0;              // xmax without its epoch
  std::vector<std::uint32_t> running_;  // sorted
};

}  // namespace cdckit::walcat
