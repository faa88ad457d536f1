// walcat's metrics. Rows are counted in plain integers on the hot path; here they reach the
// registry, at most once a second and at the end.
#pragma once

#include "common/metrics/metrics.hpp"
#include "tools/walcat/stream/changes.hpp"
#include "tools/walcat/stream/delivery.hpp"

#include <chrono>

namespace cdckit::walcat {

class Meter {
 public:
  explicit Meter(metrics::Registry& registry);
  void update(Changes& changes, const Delivery& delivery, std::uint64_t confirmed);
  void update_if_due(Changes& changes, const Delivery& delivery, std::uint64_t confirmed);

 private:
  metrics::Registry& registry_;
  metrics::Counter& transactions_;
  metrics::Counter& bytes_;
  metrics::Gauge& confirmed_;
  metrics::Gauge& last_commit_;
  std::uint64_t seen_transactions_ = 0;
  std::uint64_t seen_bytes_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace cdckit::walcat
