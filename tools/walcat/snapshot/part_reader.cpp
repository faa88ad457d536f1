// tested by tests/integration/walcat/test_snapshot_jobs.py::test_jobs_give_what_one_gives
// tested by
// tests/integration/walcat/test_snapshot.py::test_a_signal_does_not_wait_for_a_locked_table
#include "tools/walcat/snapshot/part_reader.hpp"

#include <utility>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kBatch = 128U << 10U;

}  // namespace

PartReader::PartReader(pg::Connection& connection,
                       BatchQueues& queues,
                       std::size_t job,
                       DataLine line)
    : connection_(connection), queues_(queues), job_(job), line_(std::move(line)) {}

bool PartReader::read(const TablePart& part) {
  CopyBinaryReader reader(part.select->forms);
  // it may wait for a lock: an end must not wait for that
  const std::string statement = copy_statement(*part.select, part.range);
  if (!connection_.begin_copy_out(statement, queues_.closed_fd())) return false;
  std::string_view message;
  for (;;) {
    switch (connection_.try_next_copy(message)) {
      case pg::CopyStatus::row:
        if (!take(part, reader, message)) return false;
        break;
      case pg::CopyStatus::nothing:
        if ((io::wait_readable({connection_.socket(), queues_.closed_fd()},
                               std::chrono::milliseconds(-1)) &
             2U) != 0)
          return false;
        break;
      case pg::CopyStatus::end:
        batch_.part_ends = true;
        return hand_over(part);
    }
  }
}

bool PartReader::take(const TablePart& part, CopyBinaryReader& reader, std::string_view message) {
  if (!reader.take(message)) return true;
  const auto& values = reader.values();
  batch_.starts.push_back(static_cast<std::uint32_t>(batch_.lines.size()));
  line_.append(
      batch_.lines,
      {.table = part.table, .op = 'r', .lsn = lsn_, .key_values = values, .after = values});
  return batch_.lines.size() < kBatch || hand_over(part);
}

bool PartReader::hand_over(const TablePart& part) {
  batch_.table = part.number;
  return queues_.push(job_, std::exchange(batch_, queues_.spare()));
}

}  // namespace cdckit::walcat
