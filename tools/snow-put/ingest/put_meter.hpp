// snow-put's metrics beside those of Settlement: what was read, how far each channel's committed
// token is behind what it took, merges. Channels are looked at once a second. One thread.
#pragma once

#include "common/base/interval.hpp"
#include "common/metrics/metrics.hpp"
#include "tools/snow-put/ingest/channel_writer.hpp"
#include "tools/snow-put/merge/merge.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace cdckit::snow_put {

// One merge that is committed: also for `snow-put merge`.
void count_merge(metrics::Registry& registry, const MergeResult& result);

class PutMeter {
 public:
  using Time = base::Interval::Clock::time_point;
  explicit PutMeter(metrics::Registry& registry);

  void read() { read_.add(); }
  void duplicate() { duplicates_.add(); }
  // How often the channels that are open were opened again.
  void reopened(std::uint64_t times);
  [[nodiscard]] bool due(Time now) noexcept { return second_.due(now); }
  // Those that are gone are behind no more.
  void look(const std::vector<ChannelWriter*>& channels, Time now);

 private:
  void set(const std::string& channel, double rows, double seconds);

  metrics::Registry& registry_;
  metrics::Counter& read_;
  metrics::Counter& duplicates_;
  metrics::Counter& reopenings_;
  std::set<std::string> known_;
  double seen_ = 0;  // reopenings
  base::Interval second_{std::chrono::seconds(1)};
};

}  // namespace cdckit::snow_put
