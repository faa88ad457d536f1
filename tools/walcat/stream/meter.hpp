// walcat's metrics of the stream (the slot's: server/slot_sampler.hpp). Rows are counted in plain
// integers on the hot path; here they reach the registry, at most once a second and at the end.
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
  void spooled(std::uint64_t bytes) { spooled_.set(static_cast<double>(bytes)); }
  void update_if_due(Changes& changes, const Delivery& delivery, std::uint64_t confirmed);

 private:
  void observe_delay(const Changes& changes);
  metrics::Registry& registry_;
  metrics::Counter& transactions_;
  metrics::Counter& bytes_;
  metrics::Gauge& confirmed_;
  metrics::Gauge& last_commit_;
  metrics::Gauge& ack_age_;
  metrics::Histogram& delay_;
  metrics::Gauge& spooled_;
  std::uint64_t seen_transactions_ = 0;
  std::uint64_t seen_bytes_ = 0;
  std::int64_t seen_commit_us_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace cdckit::walcat
