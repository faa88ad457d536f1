#include "tools/walcat/snapshot/incremental_meter.hpp"

namespace cdckit::walcat {

IncrementalMeter::IncrementalMeter(metrics::Registry& registry)
    : running_(registry.gauge("walcat_incremental_snapshot_running",
                              "1 while tables are read again beside the stream.")),
      tables_left_(registry.gauge("walcat_incremental_snapshot_tables_left",
                                  "Tables not yet read to their end, the one at hand included.")),
      rows_(registry.counter("walcat_incremental_snapshot_rows_total",
                             "Rows printed by incremental snapshots.")),
      chunks_(registry.counter("walcat_incremental_snapshot_chunks_total",
                               "Chunks printed by incremental snapshots.")) {}

void IncrementalMeter::chunk(std::size_t rows) {
  rows_.add(static_cast<double>(rows));
  chunks_.add();
}

void IncrementalMeter::state(const std::optional<IncrementalState>& state) {
  const bool running = state && !state->done();
  running_.set(running ? 1 : 0);
  tables_left_.set(running ? static_cast<double>(state->tables.size() - state->table) : 0);
}

}  // namespace cdckit::walcat
