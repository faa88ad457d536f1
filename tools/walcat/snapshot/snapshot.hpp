// Reads tables as of one exported snapshot and prints them as rows of op r, each table between its
// begin and end lines. Jobs read parts of tables side by side, each in a thread and a connection of
// its own; this thread is the only writer. Memory does not depend on the size of a table: queues
// are bounded, and one batch is held back, because only the next one shows which word its last row
// gets.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/delivery/delivery.hpp"
#include "tools/walcat/snapshot/batch_queues.hpp"
#include "tools/walcat/snapshot/part_reader.hpp"
#include "tools/walcat/snapshot/progress.hpp"
#include "tools/walcat/snapshot/row_lines.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct SnapshotSettings {
  SourceIdentity identity;
  std::uint64_t consistent_point = 0;
  std::uint64_t limit = 0;     // data lines of the whole run
  std::function<void()> tick;  // keeps other connections alive
  SnapshotMeter& meter;
};

// A file's worth of rows: a table, or a leaf of a partitioned one.
struct SnapshotSource {
  TableSelect select;
  std::vector<BlockRange> ranges;
};

struct SnapshotTable {
  Table* table = nullptr;  // lives as long as the Changes
  std::vector<SnapshotSource> sources;
  // among the partitions of one root that come under their own names
  std::uint64_t leaf = 1;
  std::uint64_t leaves = 1;

  [[nodiscard]] std::size_t parts() const noexcept;
};

// Numbers the partitions of each root in their order.
void number_leaves(std::vector<SnapshotTable>& tables);

class Snapshot {
 public:
  Snapshot(SnapshotSettings settings, Changes& changes, Delivery& delivery);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() = default;

  // `connections`: one a job, in transactions that see the snapshot. False when a stop or --limit
  // cut it short.
  bool run(const std::vector<std::unique_ptr<pg::Connection>>& connections,
           const std::vector<SnapshotTable>& tables);

 private:
  class Jobs;
  bool write(BatchQueues& queues, const std::vector<SnapshotTable>& tables);
  bool write_table(BatchQueues& queues, std::size_t number, const SnapshotTable& source);
  bool take(BatchQueues& queues, Batch batch, Table& table);
  void print_held(BatchQueues& queues, bool last_in_table, bool last_of_all);
  void print_border(const SnapshotTable& source, std::string_view phase, std::string& out);
  std::string& behind_held() { return held_ ? held_after_ : delivery_.lines(); }
  bool go_on(bool idle);

  SnapshotSettings settings_;
  Changes& changes_;
  Delivery& delivery_;
  LineContext context_;
  std::optional<Batch> held_;  // waits for the next one
  std::string held_after_;     // control lines behind it
  Table* held_table_ = nullptr;
  bool held_first_in_table_ = false;
  std::uint64_t ordinal_ = 0;
  std::uint64_t table_rows_ = 0;
};

}  // namespace cdckit::walcat
