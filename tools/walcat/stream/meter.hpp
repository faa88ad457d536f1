// walcat's metrics of the stream (the slot's: server/slot_sampler.hpp). Rows are counted in plain
// integers on the hot path; here they reach the registry, at most once a second and at the end.
#pragma once

#include "common/base/interval.hpp"
#include "common/log/progress.hpp"
#include "common/metrics/metrics.hpp"
#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/delivery/delivery.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace cdckit::walcat {

class Meter {
 public:
  explicit Meter(metrics::Registry& registry);
  void update(Changes& changes, const Delivery& delivery, std::uint64_t confirmed);
  void spooled(std::uint64_t bytes) { spooled_.set(static_cast<double>(bytes)); }
  void update_if_due(Changes& changes, const Delivery& delivery, std::uint64_t confirmed);
  // For the line on a terminal: how old the newest transaction is, and how much of the way from
  // `start` to `until` is behind it.
  static void tell(log::Progress& progress,
                   const Changes& changes,
                   std::uint64_t start,
                   std::optional<std::uint64_t> until);

 private:
  void observe_delay(const Changes& changes);
  metrics::Registry& registry_;
  metrics::Counter& transactions_;
  metrics::Counter& bytes_;
  metrics::Gauge& confirmed_;
  metrics::Gauge& last_commit_;
  metrics::Gauge& ack_age_;
  metrics::Gauge& lag_;
  metrics::Histogram& delay_;
  metrics::Gauge& spooled_;
  std::uint64_t seen_transactions_ = 0;
  std::uint64_t seen_bytes_ = 0;
  std::int64_t seen_commit_us_ = 0;
  base::Interval second_{std::chrono::seconds(1)};
};

}  // namespace cdckit::walcat
