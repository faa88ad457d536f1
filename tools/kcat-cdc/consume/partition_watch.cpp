#include "tools/kcat-cdc/consume/partition_watch.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <string>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{10'000};
constexpr milliseconds kQuick{500};
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kSure{2};  // one broker may know less than another for a moment
constexpr std::chrono::seconds kSettled{5};
constexpr std::chrono::seconds kOffsetsLater{10};  // after a group that did not answer
constexpr const char* kAnew =
    "Was the topic made anew? Then begin with a new group, or kcat-cdc groups reset.";

std::string text_of(const kafka::Partition& partition) {
  return "topic \"" + partition.topic + "\" partition " + std::to_string(partition.number);
}

}  // namespace

void PartitionWatch::missing(const kafka::Partition& partition) {
  missing_.try_emplace(partition, Clock::now());
}

bool PartitionWatch::due() const noexcept {
  return Clock::now() - looked_ >= kLookEvery;
}

void PartitionWatch::look(const std::vector<kafka::Partition>& partitions) {
  looked_ = Clock::now();
  look_after_brokers();
  if (consumer_.take_unknown()) {
    for (const kafka::Partition& partition : partitions) missing(partition);
  }
  for (auto at = missing_.begin(); at != missing_.end();) {
    const bool sure = Clock::now() - at->second >= kSure;
    const auto count = sure ? count_of(at->first.topic) : std::nullopt;
    if (!count) {
      ++at;
    } else if (*count > at->first.number) {
      at = missing_.erase(at);  // a broker that knew less for a moment
    } else {
      throw Error(ErrorKind::unavailable,
                  "could not go on with " + text_of(at->first) + ": it was deleted",
                  kAnew);
    }
  }
  if (watches_group_ && looked_ >= offsets_due_) look_after_offsets(partitions);
}

// Another look at what TopicProof finds at once when a broker refuses a fetch: a topic that is made
// again between two fetches is read on by its name.
void PartitionWatch::look_after_offsets(const std::vector<kafka::Partition>& partitions) {
  try {
    for (const auto& [partition, offset] : consumer_.committed(partitions, kQuick))
      stored(partition, offset);
  } catch (const Error& error) {
    if (!error.retryable()) throw;
    offsets_due_ = Clock::now() + kOffsetsLater;
  }
}

void PartitionWatch::stored(const kafka::Partition& partition, std::int64_t offset) {
  if (offset >= 0) {
    stored_.insert(partition);
  } else if (stored_.contains(partition) && reset_.empty()) {
    throw Error(ErrorKind::unavailable,
                "could not go on with " + text_of(partition) +
                    ": it was deleted, and with it the group's offset",
                kAnew);
  }
}

// Nothing when brokers are in trouble: that is looked after above.
std::optional<std::int32_t> PartitionWatch::count_of(const std::string& topic) {
  try {
    return consumer_.partitions(topic, kAnswer);
  } catch (const Error& error) {
    if (!error.retryable()) throw;
    return std::nullopt;
  }
}

void PartitionWatch::look_after_brokers() {
  const auto down = consumer_.down_for();
  if (!down || consumer_.reachable(kQuick)) return;
  if (*down >= retry_for_) throw Error(ErrorKind::temporary, "could not go on: no broker answers");
}

std::int64_t PartitionWatch::after_gone(const kafka::Partition& partition, std::int64_t offset) {
  const kafka::OffsetRange range = consumer_.offsets(partition, kAnswer);
  const std::string what = text_of(partition) + ": offset " + std::to_string(offset) +
                           " is not there, it holds " + std::to_string(range.begin) + " to " +
                           std::to_string(range.end);
  if (reset_.empty()) {
    throw Error(ErrorKind::unavailable,
                "could not go on with " + what,
                "Records that were not read are gone, or the topic was made anew. Say where to go "
                "on with -X auto.offset.reset=earliest or latest, or with kcat-cdc groups reset.");
  }
  return reset_in(range, what);
}

std::int64_t PartitionWatch::after_remade(const kafka::Partition& partition) {
  const std::string what =
      text_of(partition) + ": it was deleted and made again, or has lost records that were read";
  if (reset_.empty()) throw Error(ErrorKind::unavailable, "could not go on with " + what, kAnew);
  return reset_in(consumer_.offsets(partition, kAnswer), what);
}

std::int64_t PartitionWatch::reset_in(const kafka::OffsetRange& range, const std::string& what) {
  const std::int64_t next = reset_ == "earliest" ? range.begin : range.end;
  log::warning("reading on elsewhere in " + what + "; going on at " + std::to_string(next) +
               ", as auto.offset.reset=" + reset_ + " says");
  return next;
}

bool PartitionWatch::settled() const noexcept {
  return rebalanced_ && Clock::now() - *rebalanced_ > kSettled;
}

}  // namespace cdckit::kcat_cdc
