// One job of a snapshot: a connection that sees the exported snapshot, reading part after part and
// putting rows into lines. Runs in a thread of its own; throws what the connection throws.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/line/data_line.hpp"
#include "tools/walcat/snapshot/batch_queues.hpp"
#include "tools/walcat/snapshot/select.hpp"
#include "tools/walcat/wire/copy_binary.hpp"

#include <cstdint>

namespace cdckit::walcat {

// Cut out of one table; several of them make a snapshot.
struct TablePart {
  std::size_t number = 0;  // of the table
  const Table* table = nullptr;
  const TableSelect* select = nullptr;
  BlockRange range;
};

class PartReader {
 public:
  // `job`: its queue. The lines carry this word and no ordinal yet.
  PartReader(pg::Connection& connection, BatchQueues& queues, std::size_t job, DataLine line);

  // False when the writer has closed.
  bool read(const TablePart& part);
  // source.lsn of the rows.
  void set_lsn(std::uint64_t lsn) noexcept { lsn_ = lsn; }

 private:
  bool take(const TablePart& part, CopyBinaryReader& reader, std::string_view message);
  bool hand_over(const TablePart& part);

  pg::Connection& connection_;
  BatchQueues& queues_;
  std::size_t job_;
  DataLine line_;
  Batch batch_;
  std::uint64_t lsn_ = 0;
};

}  // namespace cdckit::walcat
