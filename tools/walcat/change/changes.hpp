// Turns decoded messages into lines: positions and ordinals, key changes as two lines, truncates as
// one line a table, `schema` lines before the first event that needs them, begin and commit.
// Pure: no I/O but the TableSource that it asks about tables it meets. One thread.
#pragma once

#include "common/event/position.hpp"
#include "tools/walcat/change/known_tables.hpp"
#include "tools/walcat/line/data_line.hpp"
#include "tools/walcat/wire/pgoutput.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace cdckit::walcat {

// Logical messages with this prefix are meant for walcat itself.
inline constexpr std::string_view kSignalPrefix = "cdckit.snapshot";

// Looks on from the side: what must stand between two transactions, and messages to walcat itself.
class StreamObserver {
 public:
  StreamObserver() = default;
  StreamObserver(const StreamObserver&) = delete;
  StreamObserver& operator=(const StreamObserver&) = delete;
  virtual ~StreamObserver() = default;
  // May append whole lines.
  virtual void before_transaction(const Message& begin, std::string& out) = 0;
  virtual void signal(std::string_view content) = 0;
};

struct ChangesSettings {
  SourceIdentity identity;
  bool control = false;       // print schema lines
  bool transactions = false;  // print begin and commit, fill `transaction`
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();  // data lines
  std::uint64_t backlog_end = 0;       // where the server was when the run began
  std::uint32_t backlog_xid = 0;       // a transaction that is not younger than its changes
  OpSet ops = OpSet().set();           // what is printed
  ColumnFilter* columns = nullptr;     // outlives this; may be missing
  StreamObserver* observer = nullptr;  // likewise
  HasUnsentRows has_unsent_rows = nullptr;
};

class Changes {
 public:
  Changes(ChangesSettings settings,
          TableFilter filter,
          const Encoding& encoding,
          DescribeTable describe);

  // `start`: the message's own LSN (dataStart).
  void apply(const Message& message, std::uint64_t start, std::string& out);
  // A table read in a snapshot; the reference lives as long as this.
  Table& snapshot_table(const Relation& relation) { return tables_.snapshot_table(relation); }
  // A table read while the stream goes on, which goes on with its own picture of the table.
  void beside_stream(const Relation& relation, const std::function<void(Table&)>& print) {
    tables_.beside_stream(relation, print);
  }
  void print_schema(Table& table, std::string& out) const;
  // The stream begins anew after the last whole transaction: what was printed of the next one is
  // not printed again.
  void resume() noexcept;

  [[nodiscard]] bool in_transaction() const noexcept { return transaction_.open; }
  // Lines of a transaction that is not yet whole.
  [[nodiscard]] bool printed_in_transaction() const noexcept {
    return transaction_.open && last_printed_.lsn == context_.pos_lsn;
  }
  // End LSN of the last whole transaction, or where the stream began.
  [[nodiscard]] std::uint64_t last_end() const noexcept { return last_end_; }
  // How far lines were printed, of a transaction that is not yet whole too.
  [[nodiscard]] std::uint64_t last_printed() const noexcept {
    return std::max(last_end_, last_printed_.lsn);
  }
  void set_start(std::uint64_t lsn) noexcept { last_end_ = lsn; }
  // Between two transactions: nothing of ours lies before this position.
  void passed(std::uint64_t lsn) { tables_.passed(lsn); }
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
  void add_line(Table& table, char op) noexcept { add_lines(table, op, 1); }
  void add_lines(Table& table, char op, std::uint64_t count) noexcept;
  // Until the limit.
  [[nodiscard]] std::uint64_t lines_left() const noexcept {
    return settings_.limit - std::min(lines_, settings_.limit);
  }
  [[nodiscard]] bool limit_reached() const noexcept { return lines_ >= settings_.limit; }
  [[nodiscard]] std::uint64_t transactions() const noexcept { return transaction_.number; }
  [[nodiscard]] std::int64_t last_commit_us() const noexcept { return context_.unix_us; }

  // name, table: for metrics.
  template <class Visit>
  void visit_tables(Visit visit) {
    tables_.visit(visit);
  }

 private:
  void begin(const Message& message, std::string& out);
  void commit(const Message& message, std::string& out);
  void origin(const Message& message);
  void insert(const Message& message, std::uint64_t start, std::string& out);
  void update(const Message& message, std::uint64_t start, std::string& out);
  void remove(const Message& message, std::uint64_t start, std::string& out);
  void truncate(const Message& message, std::uint64_t start, std::string& out);
  void message(const Message& message, std::uint64_t start, std::string& out);
  void loose_message(const Message& message, std::string& out);
  void key_change(Table& table, Row row, std::string& out);
  void print(Table& table, Row row, std::string& out);
  bool take_ordinal(Row& row);
  void print_begin(std::string& out);
  void begin_count(Table& table);
  void print_commit(const Message& message, std::string& out);
  std::string_view transaction_block(std::uint64_t lsn, std::uint64_t& order);

  [[nodiscard]] Moment moment() const noexcept {
    return {.xid = static_cast<std::uint32_t>(context_.xid),
            .commit = context_.pos_lsn,
            .number = transaction_.number};
  }

  // The transaction at hand, and how many there were.
  struct Transaction {
    bool open = false;
    bool begin_printed = false;
    std::uint64_t number = 0;
    std::uint64_t ordinal = 0;
    std::uint64_t total_order = 0;
    std::uint64_t message_order = 0;
    std::vector<Table*> counted;  // in the order of their first events
  };

  ChangesSettings settings_;
  KnownTables tables_;
  DataLine line_;
  LineContext context_;
  std::string origin_;
  std::string block_;          // scratch for `transaction`
  std::vector<Value> values_;  // the new row with what the old one knows
  Transaction transaction_;
  std::uint64_t last_end_ = 0;
  std::uint64_t lines_ = 0;
  event::Position last_printed_;
  event::Position skip_up_to_;
};

}  // namespace cdckit::walcat
