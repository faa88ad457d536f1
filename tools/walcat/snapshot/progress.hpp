// How far a snapshot has come: the arithmetic and its words are pure; SnapshotMeter says it on a
// terminal (nowhere else) and in the metrics walcat_snapshot_*.
#pragma once

#include "common/log/progress.hpp"
#include "common/metrics/metrics.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::walcat {

struct SnapshotProgress {
  std::uint64_t rows = 0;
  double expected_rows = -1;  // the planner's guess over all tables; negative: it has none
  std::size_t tables = 0;
  std::size_t tables_done = 0;
  std::chrono::milliseconds elapsed{0};

  [[nodiscard]] double rows_per_second() const noexcept;
  // Nothing without a guess, before the first rows, and when there are more rows than guessed.
  [[nodiscard]] std::optional<std::chrono::seconds> left() const noexcept;
};

// `snapshot: 2 of 7 tables, 1,250,000 rows, 410,000 rows/s, 12s left`
std::string progress_text(const SnapshotProgress& progress);

class SnapshotMeter {
 public:
  // `stream`: what has the line on the terminal otherwise, and leaves it to the snapshot.
  explicit SnapshotMeter(metrics::Registry& registry, log::Progress* stream = nullptr);
  void begin(std::size_t tables, double expected_rows);
  // Cheap when it is not time yet.
  void rows(std::uint64_t count);
  void table_done();
  void end();

 private:
  void tell(bool now);
  log::Progress* stream_;
  metrics::Gauge& running_;
  metrics::Gauge& rows_;
  metrics::Gauge& expected_;
  metrics::Gauge& rate_;
  metrics::Gauge& left_;
  metrics::Gauge& tables_;
  metrics::Gauge& tables_done_;
  SnapshotProgress progress_;
  std::chrono::steady_clock::time_point begun_{};
  std::chrono::steady_clock::time_point told_{};
};

}  // namespace cdckit::walcat
