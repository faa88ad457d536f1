#include "tools/kcat-cdc/checkpoint_log.hpp"

#include <utility>

namespace cdckit::kcat_cdc {

void CheckpointLog::sent(std::uint64_t seq, kafka::Offsets moved) {
  if (entries_.size() >= most_) {
    // the younger of the two keeps its number: acknowledging the older one alone commits nothing
    Entry& last = entries_.back();
    last.seq = seq;
    for (auto& [partition, offset] : moved) last.moved[partition] = offset;
    return;
  }
  entries_.push_back({seq, std::move(moved)});
}

kafka::Offsets CheckpointLog::acknowledged(std::uint64_t seq) {
  kafka::Offsets out;
  while (!entries_.empty() && entries_.front().seq <= seq) {
    for (auto& [partition, offset] : entries_.front().moved) out[partition] = offset;
    entries_.pop_front();
  }
  return out;
}

void CheckpointLog::forget(const std::vector<kafka::Partition>& partitions) {
  for (Entry& entry : entries_) {
    for (const kafka::Partition& partition : partitions) entry.moved.erase(partition);
  }
}

}  // namespace cdckit::kcat_cdc
