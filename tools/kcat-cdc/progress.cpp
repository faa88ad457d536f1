#include "tools/kcat-cdc/progress.hpp"

namespace cdckit::kcat_cdc {

PartitionProgress& Progress::assign(const kafka::Partition& partition,
                                    std::int64_t end,
                                    std::int64_t start) {
  PartitionProgress& at = assigned_[partition];
  at = PartitionProgress{};
  at.partition = partition;
  at.end = end;
  at.next = start;
  at.done = until_.end && end == 0;
  return at;
}

void Progress::revoke(const std::vector<kafka::Partition>& partitions) {
  last_ = nullptr;
  for (const kafka::Partition& partition : partitions) {
    const auto at = assigned_.find(partition);
    if (at == assigned_.end()) continue;
    if (at->second.next >= 0) left_[partition] = at->second.next;
    assigned_.erase(at);
  }
}

std::optional<std::int64_t> Progress::left_at(const kafka::Partition& partition) const {
  const auto at = left_.find(partition);
  if (at == left_.end()) return std::nullopt;
  return at->second;
}

PartitionProgress* Progress::find(std::string_view topic, std::int32_t number) noexcept {
  if (last_ != nullptr && last_->partition.number == number && last_->partition.topic == topic)
    return last_;
  const auto at = assigned_.find({std::string(topic), number});
  last_ = at == assigned_.end() ? nullptr : &at->second;
  return last_;
}

bool Progress::wants(PartitionProgress& at,
                     std::int64_t offset,
                     std::int64_t timestamp_ms) const noexcept {
  if (at.done) return false;
  if (until_.end && offset >= at.end) at.done = true;
  if (until_.timestamp_ms && timestamp_ms >= *until_.timestamp_ms) at.done = true;
  return !at.done;
}

void Progress::read(PartitionProgress& at, std::int64_t offset) const noexcept {
  at.next = offset + 1;
  at.moved = true;
  at.at_end = false;
  if (until_.end && at.next >= at.end) at.done = true;
}

void Progress::reached_end(PartitionProgress& at, std::int64_t now_ms) const noexcept {
  at.at_end = true;
  // the end may lie behind records that no reader sees: marks of transactions, compacted ones
  if (until_.end) at.done = true;
  if (until_.timestamp_ms && now_ms >= *until_.timestamp_ms) at.done = true;
}

bool Progress::finished(std::int64_t now_ms) noexcept {
  if (!until_.bounded() || assigned_.empty()) return false;
  for (auto& [partition, at] : assigned_) {
    if (!at.done && at.at_end) reached_end(at, now_ms);
    if (!at.done) return false;
  }
  return true;
}

std::vector<kafka::Partition> Progress::partitions() const {
  std::vector<kafka::Partition> out;
  for (const auto& [partition, at] : assigned_) out.push_back(partition);
  return out;
}

kafka::Offsets Progress::positions() const {
  kafka::Offsets out;
  for (const auto& [partition, at] : assigned_) {
    if (at.next >= 0) out[partition] = at.next;
  }
  return out;
}

kafka::Offsets Progress::take_moved() {
  kafka::Offsets out;
  for (auto& [partition, at] : assigned_) {
    if (!at.moved) continue;
    out[partition] = at.next;
    at.moved = false;
  }
  return out;
}

}  // namespace cdckit::kcat_cdc
