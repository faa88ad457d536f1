// Reads the next rows of an incremental snapshot in the order of their key, in a short transaction
// of its own, and says which transactions that read has seen. Bounded in rows and in bytes: what is
// kept is 4 MiB and one row, however large rows are. Throws
// like pg::Connection; the connection is made when needed and again after it was lost.
#pragma once

#include "tools/walcat/server/server.hpp"
#include "tools/walcat/snapshot/conditions.hpp"
#include "tools/walcat/snapshot/incremental_state.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace cdckit::walcat {

// Rows as the server prints them, one behind the other.
struct Chunk {
  Relation relation;
  SeenTransactions seen;
  std::size_t rows = 0;
  std::string bytes;
  struct Field {
    std::size_t begin = 0;
    std::size_t length = 0;
    bool null = false;
  };
  std::vector<Field> fields;  // rows times columns
  IncrementalState next;      // once it is printed

  [[nodiscard]] std::vector<Value> row(std::size_t number) const;
};

// Tests put another one in the place of the server.
class ChunkSource {
 public:
  ChunkSource() = default;
  ChunkSource(const ChunkSource&) = delete;
  ChunkSource& operator=(const ChunkSource&) = delete;
  virtual ~ChunkSource() = default;
  // Keeps the table at hand as it is until it was read; may wait for locks.
  virtual void hold(const IncrementalState& state) = 0;
  virtual Chunk read(const IncrementalState& state) = 0;
  // A logical message in a transaction of its own; durable when this returns.
  virtual void signal(const IncrementalState& state) = 0;
  // From another thread: whatever is under way fails soon, and everything after it.
  virtual void interrupt() = 0;
};

class ChunkReader final : public ChunkSource {
 public:
  ChunkReader(const ConnectSettings& settings,
              const std::vector<RowCondition>& where,
              const TableFilter& filter,
              const std::vector<std::string>& publications)
      : settings_(settings), where_(where), filter_(filter), publications_(publications) {}

  void hold(const IncrementalState& state) override;
  Chunk read(const IncrementalState& state) override;
  void signal(const IncrementalState& state) override;
  void interrupt() override;

 private:
  struct Source;
  pg::Connection& connection();
  Chunk read_table(pg::Connection& server, const IncrementalState& state);
  static void read_until(pg::Connection& server, const Source& source, Chunk& chunk);
  static std::vector<std::string> read_border(pg::Connection& server,
                                              const Source& source,
                                              const std::string& range);
  void read_rows(pg::Connection& server, const Source& source, Chunk& chunk);
  void forget_connection();

  const ConnectSettings& settings_;
  const std::vector<RowCondition>& where_;
  const TableFilter& filter_;
  const std::vector<std::string>& publications_;
  std::unique_ptr<pg::Connection> connection_;
  std::size_t row_bytes_ = 0;  // what a row of the table at hand takes, as far as known
  std::string row_table_;      // it is the table of
  std::mutex mutex_;           // guards what interrupt() uses
  std::unique_ptr<pg::Canceller> canceller_;
  bool interrupted_ = false;
};

// Sends one signal over any connection.
void send_signal(pg::Connection& connection, const IncrementalState& state);

}  // namespace cdckit::walcat
