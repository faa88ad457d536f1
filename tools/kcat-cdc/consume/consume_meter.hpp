// The consumer's metrics: what was given out, what the other end has acknowledged, what the group
// has taken, and how far the reader is behind. Looked at once a second and at the end. One thread.
#pragma once

#include "common/base/interval.hpp"
#include "common/kafka/partition.hpp"
#include "common/metrics/metrics.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

namespace cdckit::kcat_cdc {

class ConsumeMeter {
 public:
  using Time = base::Interval::Clock::time_point;
  explicit ConsumeMeter(metrics::Registry& registry);

  [[nodiscard]] bool due(Time now) noexcept { return second_.due(now); }
  void given_out(std::uint64_t lines, std::uint64_t bytes);
  // Of this run so far.
  void acknowledged(std::uint64_t lines) { catch_up(acknowledged_, lines); }
  void refused(std::uint64_t records) { catch_up(refused_, records); }
  // Commits that the group has taken, each by how long that took.
  void committed(const std::vector<std::chrono::duration<double>>& times);
  // `age`: how long what was given out waits for its acknowledgement; `newest_ms`: when the newest
  // record was made.
  void waits(std::chrono::milliseconds age, std::int64_t newest_ms);
  // Records behind each partition's end; others are not ours (any more).
  struct Behind {
    kafka::Partition partition;
    std::int64_t records = 0;
  };
  void behind(const std::vector<Behind>& partitions);

 private:
  static void catch_up(metrics::Counter& counter, std::uint64_t value);
  metrics::Gauge& behind_of(const kafka::Partition& partition);

  metrics::Registry& registry_;
  metrics::Counter& lines_;
  metrics::Counter& bytes_;
  metrics::Counter& acknowledged_;
  metrics::Counter& refused_;
  metrics::Counter& commits_;
  metrics::Histogram& seconds_;
  metrics::Gauge& ack_age_;
  metrics::Gauge& lag_;
  std::set<kafka::Partition> known_;
  base::Interval second_{std::chrono::seconds(1)};
};

}  // namespace cdckit::kcat_cdc
