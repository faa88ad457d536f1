// How far an incremental snapshot has come, as the metrics walcat_incremental_snapshot_*.
#pragma once

#include "common/metrics/metrics.hpp"
#include "tools/walcat/snapshot/incremental_state.hpp"

#include <cstddef>
#include <optional>

namespace cdckit::walcat {

class IncrementalMeter {
 public:
  explicit IncrementalMeter(metrics::Registry& registry);
  // A chunk was printed.
  void chunk(std::size_t rows);
  // What is still to do; nothing: no snapshot is under way.
  void state(const std::optional<IncrementalState>& state);

 private:
  metrics::Gauge& running_;
  metrics::Gauge& tables_left_;
  metrics::Counter& rows_;
  metrics::Counter& chunks_;
};

}  // namespace cdckit::walcat
