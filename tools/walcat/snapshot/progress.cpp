#include "tools/walcat/snapshot/progress.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"

#include <cmath>

namespace cdckit::walcat {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kInterval{500};

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

}  // namespace

double SnapshotProgress::rows_per_second() const noexcept {
  if (elapsed.count() <= 0) return 0;
  return static_cast<double>(rows) * 1000.0 / static_cast<double>(elapsed.count());
}

std::optional<std::chrono::seconds> SnapshotProgress::left() const noexcept {
  const double rate = rows_per_second();
  const double missing = expected_rows - static_cast<double>(rows);
  if (expected_rows < 0 || rate <= 0 || missing < 0) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(missing / rate)));
}

std::string progress_text(const SnapshotProgress& progress) {
  std::string text = "snapshot: " + std::to_string(progress.tables_done) + " of " +
                     std::to_string(progress.tables) + " tables, " + grouped(progress.rows) +
                     " rows, " + grouped(static_cast<std::uint64_t>(progress.rows_per_second())) +
                     " rows/s";
  if (const auto left = progress.left()) text += ", " + base::format_duration(*left) + " left";
  return text;
}

SnapshotMeter::SnapshotMeter(metrics::Registry& registry, log::Progress* stream)
    : stream_(stream),
      running_(registry.gauge("walcat_snapshot_running", "1 while a snapshot is read.")),
      rows_(registry.gauge("walcat_snapshot_rows", "Rows read by the snapshot.")),
      expected_(registry.gauge("walcat_snapshot_expected_rows",
                               "Rows that the planner expects in its tables; -1: no guess.")),
      rate_(registry.gauge("walcat_snapshot_rows_per_second", "Mean since its begin.")),
      left_(registry.gauge("walcat_snapshot_left_seconds", "Time left; -1: no guess.")),
      tables_(registry.gauge("walcat_snapshot_tables", "Tables that the snapshot reads.")),
      tables_done_(registry.gauge("walcat_snapshot_tables_done", "Tables read to their end.")) {}

void SnapshotMeter::begin(std::size_t tables, double expected_rows) {
  progress_ = {.expected_rows = expected_rows, .tables = tables};
  begun_ = Clock::now();
  running_.set(1);
  if (stream_ != nullptr) stream_->leave(true);
  tell(true);
}

void SnapshotMeter::rows(std::uint64_t count) {
  progress_.rows += count;
  tell(false);
}

void SnapshotMeter::table_done() {
  ++progress_.tables_done;
  tell(false);
}

void SnapshotMeter::end() {
  running_.set(0);
  tell(true);
  log::progress("");
  if (stream_ != nullptr) stream_->leave(false);
}

void SnapshotMeter::tell(bool now) {
  const auto time = Clock::now();
  if (!now && time - told_ < kInterval) return;
  told_ = time;
  progress_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(time - begun_);
  const auto left = progress_.left();
  rows_.set(static_cast<double>(progress_.rows));
  expected_.set(progress_.expected_rows);
  rate_.set(progress_.rows_per_second());
  left_.set(left ? static_cast<double>(left->count()) : -1);
  tables_.set(static_cast<double>(progress_.tables));
  tables_done_.set(static_cast<double>(progress_.tables_done));
  if (log::shows_progress()) log::progress(progress_text(progress_));
}

}  // namespace cdckit::walcat
