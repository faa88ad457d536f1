#include "tools/kcat-cdc/consume/progress.hpp"

#include <algorithm>
#include <string>

namespace cdckit::kcat_cdc {

PartitionProgress& Progress::assign(const kafka::Partition& partition, std::int64_t start) {
  PartitionProgress& at = assigned_[partition];
  at = PartitionProgress{};
  at.partition = partition;
  at.next = std::max<std::int64_t>(start, -1);
  const auto left = left_.find(partition);
  if (left != left_.end()) at.mark = left->second.mark;
  if (!range_.bounded) return at;
  const auto noted = ends_.find(partition);
  at.end = noted == ends_.end() ? 0 : std::max<std::int64_t>(noted->second, 0);
  at.done = at.end == 0 || start >= at.end;
  return at;
}

void Progress::revoke(const std::vector<kafka::Partition>& partitions) {
  last_ = nullptr;
  for (const kafka::Partition& partition : partitions) {
    const auto at = assigned_.find(partition);
    if (at == assigned_.end()) continue;
    if (at->second.next >= 0) left_[partition] = {at->second.next, at->second.mark};
    assigned_.erase(at);
  }
}

std::optional<std::int64_t> Progress::left_at(const kafka::Partition& partition) const {
  const auto at = left_.find(partition);
  if (at == left_.end()) return std::nullopt;
  return at->second.next;
}

bool Progress::proving() const noexcept {
  return std::any_of(assigned_.begin(), assigned_.end(), [](const auto& entry) {
    return entry.second.doubtful();
  });
}

PartitionProgress* Progress::find(std::string_view topic, std::int32_t number) noexcept {
  if (last_ != nullptr && last_->partition.number == number && last_->partition.topic == topic)
    return last_;
  const auto at = assigned_.find({std::string(topic), number});
  last_ = at == assigned_.end() ? nullptr : &at->second;
  return last_;
}

Wanted Progress::wants(PartitionProgress& at,
                       std::int64_t offset,
                       std::int64_t timestamp_ms) const noexcept {
  if (at.end >= 0 && offset >= at.end) at.done = true;
  if (at.done) return Wanted::stop;
  // times are the writers': one that is late says nothing about what follows
  if (range_.before_ms && timestamp_ms >= *range_.before_ms) {
    if (at.later < 0) at.later = offset;
    return Wanted::skip;
  }
  if (range_.from_ms && timestamp_ms < *range_.from_ms) return Wanted::skip;
  return Wanted::yes;
}

void Progress::read(PartitionProgress& at, std::int64_t offset) const noexcept {
  at.next = offset + 1;
  at.moved = true;
  if (at.end >= 0 && at.next >= at.end) at.done = true;
}

void Progress::reached_end(PartitionProgress& at, std::int64_t offset) const noexcept {
  if (offset > at.next) {
    at.next = offset;
    at.moved = true;
  }
  if (at.end >= 0 && offset >= at.end) at.done = true;
}

bool Progress::finished() const noexcept {
  if (!range_.bounded || assigned_.empty()) return false;
  return std::all_of(
      assigned_.begin(), assigned_.end(), [](const auto& entry) { return entry.second.done; });
}

std::vector<kafka::Partition> Progress::partitions() const {
  std::vector<kafka::Partition> out;
  for (const auto& [partition, at] : assigned_) out.push_back(partition);
  return out;
}

kafka::Offsets Progress::positions() const {
  kafka::Offsets out;
  for (const auto& [partition, at] : assigned_) {
    if (at.next >= 0) out[partition] = reached(at);
  }
  return out;
}

bool Progress::moved() const noexcept {
  return std::any_of(
      assigned_.begin(), assigned_.end(), [](const auto& entry) { return entry.second.moved; });
}

kafka::Offsets Progress::take_moved() {
  kafka::Offsets out;
  for (auto& [partition, at] : assigned_) {
    if (!at.moved) continue;
    out[partition] = reached(at);
    at.moved = false;
  }
  return out;
}

std::optional<double> Progress::part() noexcept {
  if (!range_.bounded || assigned_.empty()) return std::nullopt;
  std::int64_t records = 0;
  for (const auto& [partition, at] : assigned_) {
    if (at.done) continue;
    if (at.next < 0 || at.end < 0) return std::nullopt;
    records += std::max<std::int64_t>(at.end - at.next, 0);
  }
  most_ = std::max(most_, records);
  if (most_ == 0) return std::nullopt;
  return 1 - static_cast<double>(records) / static_cast<double>(most_);
}

std::int64_t Progress::newest_ms() const noexcept {
  std::int64_t newest = 0;
  for (const auto& [partition, at] : assigned_) newest = std::max(newest, at.mark.timestamp_ms);
  return newest;
}

}  // namespace cdckit::kcat_cdc
