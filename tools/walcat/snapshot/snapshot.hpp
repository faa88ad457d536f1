// Reads the published tables as of one exported snapshot and prints them as rows of op r, each
// table between its begin and end lines. Memory does not depend on the size of a table: one row is
// held back, because only the next one shows which word `source.snapshot` gets.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/server/catalog.hpp"
#include "tools/walcat/stream/changes.hpp"
#include "tools/walcat/stream/delivery.hpp"
#include "tools/walcat/wire/copy_row.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct SnapshotSettings {
  SourceIdentity identity;
  std::uint64_t consistent_point = 0;
  std::uint64_t limit = 0;
  std::function<void()> tick;  // keeps other connections alive
};

// Begins the transaction that sees the exported snapshot.
void import_snapshot(pg::Connection& connection, const std::string& snapshot);

// What reads a published table: its columns, its rows alone, the publication's row filter.
std::string copy_statement(const PublishedTable& source);
// Debezium's words, and which wins when a row is several of them.
struct RowPlace {
  bool first_of_all = false;
  bool first_in_table = false;
  bool last_in_table = false;
  bool last_of_all = false;
};
std::string_view snapshot_word(const RowPlace& place) noexcept;

class Snapshot {
 public:
  Snapshot(SnapshotSettings settings,
           pg::Connection& connection,
           Changes& changes,
           Delivery& delivery);

  // False when a stop or --limit cut it short.
  bool run(const std::vector<PublishedTable>& tables);

 private:
  bool read_table(const PublishedTable& source);
  void take_row(Table& table, std::string_view line);
  void print_held(bool last_in_table, bool last_of_all);
  void print_border(const Table& table,
                    std::string_view phase,
                    std::uint64_t rows,
                    std::string& out);
  void set_word(std::string_view word);
  bool go_on();

  SnapshotSettings settings_;
  pg::Connection& connection_;
  Changes& changes_;
  Delivery& delivery_;
  DataLine line_;
  LineContext context_;
  CopyRow row_;
  std::string held_;        // the row that waits for the next one
  std::string held_after_;  // control lines behind it
  Table* held_table_ = nullptr;
  bool held_first_in_table_ = false;
  std::uint64_t ordinal_ = 0;
  std::uint64_t table_rows_ = 0;
};

}  // namespace cdckit::walcat
