// walcat peek --summary: counts the lines of a stream with transactions by table, transaction for
// transaction, and in the end by table alone. Memory goes with the number of tables, not of
// transactions. One thread; no I/O. Throws bug for a line that walcat would not print.
#pragma once

#include "common/event/event.hpp"
#include "common/event/source.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

// Lines and bytes of one table, or of the logical messages, whose name is empty.
struct TableCount {
  std::array<std::uint64_t, 6> ops{};  // c u d t m r
  std::uint64_t bytes = 0;
  std::uint64_t transactions = 0;

  void add(char op, std::size_t size);
  void add(const TableCount& other);
  [[nodiscard]] std::uint64_t events() const;
};

struct TransactionCount {
  std::string xid;  // empty: the sums
  std::string end;  // 16 hex digits: past it the next run does not print the transaction
  std::string ts_us;
  std::string table;  // schema.table
  TableCount count;
};

class PeekCounter {
 public:
  // Rows of the transaction that the line ends; none for another line.
  std::vector<TransactionCount> take(std::string_view line);
  // Rows of a transaction that was cut off, then the sums by table.
  std::vector<TransactionCount> finish();

 private:
  void take_event(const event::Event& event);
  std::vector<TransactionCount> take_commit(std::string_view end, std::string_view ts_us);

  event::Decoder decoder_;
  event::SourceReader source_;
  std::string xid_;
  std::map<std::string, TableCount> open_;  // of the transaction at hand
  std::map<std::string, TableCount> sums_;
};

// {"transaction","end","ts_us","table","events","c","u","d","t","m","bytes"}; the sums have
// `transactions` in place of the first three.
std::string summary_line(const TransactionCount& row);
// The same for people.
std::string summary_table(const std::vector<TransactionCount>& rows);

}  // namespace cdckit::walcat
