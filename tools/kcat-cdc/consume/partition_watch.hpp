// What can go wrong with partitions while they are read: brokers that do not answer, topics that
// are deleted or made again, offsets that are gone. One thread, the reader's.
#pragma once

#include "common/kafka/consumer.hpp"
#include "tools/kcat-cdc/consume/mark_book.hpp"
#include "tools/kcat-cdc/consume/topic_proof.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::kcat_cdc {

class PartitionWatch {
 public:
  using Clock = std::chrono::steady_clock;

  // `reset`: auto.offset.reset as the user gave it; empty: an offset that is gone is an error.
  PartitionWatch(kafka::Consumer& consumer, std::string reset, std::chrono::milliseconds retry_for)
      : consumer_(consumer), reset_(std::move(reset)), retry_for_(retry_for), proof_(consumer) {}

  // A broker does not know it (any more); look() finds out whether it is gone.
  void missing(const kafka::Partition& partition);
  void forget(const kafka::Partition& partition) { missing_.erase(partition); }
  // Once a second at most, at the partitions that are read. Throws unavailable for a topic that is
  // gone, temporary when no broker has answered for too long.
  void look(const std::vector<kafka::Partition>& partitions);
  // Whether it is time to.
  [[nodiscard]] bool due() const noexcept;
  [[nodiscard]] TopicProof& proof() noexcept { return proof_; }
  [[nodiscard]] MarkBook& marks() noexcept { return marks_; }
  // Where to go on when `offset` is not there. Throws unavailable without a rule for that.
  std::int64_t after_gone(const kafka::Partition& partition, std::int64_t offset);
  // The same in a topic that was deleted and made again.
  std::int64_t after_remade(const kafka::Partition& partition);
  // What the group has for it, kNoOffset: nothing. It loses an offset with the topic alone: throws
  // unavailable when there was one before, and no rule says where to go on.
  void stored(const kafka::Partition& partition, std::int64_t offset);
  // look() asks the group.
  void watch_group() noexcept { watches_group_ = true; }

  [[nodiscard]] std::chrono::milliseconds retry_for() const noexcept { return retry_for_; }
  // How long the group has given nothing to a member, in a run that is to end.
  void rebalanced() noexcept { rebalanced_ = Clock::now(); }
  [[nodiscard]] bool settled() const noexcept;

 private:
  void look_after_brokers();
  void look_after_offsets(const std::vector<kafka::Partition>& partitions);
  std::int64_t reset_in(const kafka::OffsetRange& range, const std::string& what);
  std::optional<std::int32_t> count_of(const std::string& topic);

  kafka::Consumer& consumer_;
  std::string reset_;
  std::chrono::milliseconds retry_for_;
  TopicProof proof_;
  MarkBook marks_;
  std::map<kafka::Partition, Clock::time_point> missing_;  // since when
  bool watches_group_ = false;
  std::set<kafka::Partition> stored_;
  Clock::time_point looked_{};
  Clock::time_point offsets_due_{};
  std::optional<Clock::time_point> rebalanced_;
};

}  // namespace cdckit::kcat_cdc
