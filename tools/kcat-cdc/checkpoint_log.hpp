// Which offsets a checkpoint covers: remembered when it is sent, given back when it is
// acknowledged. Pure. Bounded: with too many unacknowledged ones neighbours are merged, which only
// makes commits coarser.
#pragma once

#include "common/kafka/consumer.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace cdckit::kcat_cdc {

class CheckpointLog {
 public:
  explicit CheckpointLog(std::size_t most = 1024) : most_(most) {}

  // `moved`: the next offsets of partitions that were read since the last checkpoint.
  void sent(std::uint64_t seq, kafka::Offsets moved);
  // What may be committed now: everything up to and with this checkpoint.
  kafka::Offsets acknowledged(std::uint64_t seq);
  // These are no longer ours: whatever is acknowledged later, their offsets are not to be
  // committed.
  void forget(const std::vector<kafka::Partition>& partitions);
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t seq = 0;
    kafka::Offsets moved;
  };
  std::size_t most_;
  std::deque<Entry> entries_;
};

}  // namespace cdckit::kcat_cdc
