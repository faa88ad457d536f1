// Reads partitions that its owner names, from offsets that its owner names. It joins no group:
// which partitions are whose is Membership's matter, so that reading goes on while a group
// rebalances and nothing that stands still here costs a member its place.
//
// One thread. A record is valid until the next poll().
#pragma once

#include "common/kafka/admin.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/fetch_alarm.hpp"
#include "common/kafka/queue_wake.hpp"
#include "common/kafka/record.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming): the library's own names
struct rd_kafka_message_s;
struct rd_kafka_queue_s;
// NOLINTEND(readability-identifier-naming)

namespace cdckit::kafka {

// Where to begin: an offset, or one of these.
inline constexpr std::int64_t kOffsetBeginning = -2;
inline constexpr std::int64_t kOffsetEnd = -3;

struct Assignment {
  Partition partition;
  std::int64_t start = kOffsetBeginning;
};

using Offsets = std::map<Partition, std::int64_t>;  // the next offset to read

enum class Polled {
  record,
  end_of_partition,  // nothing more for now; record() has the offset behind the last one
  out_of_range,      // the offset to read is not there (any more)
  missing,           // topic or partition is unknown to the broker that was asked
  nothing,
};

class Consumer {
 public:
  // `group`: whose offsets committed() and place() are about. An offset that is gone is reported,
  // whatever auto.offset.reset says.
  Consumer(const Settings& settings, const std::string& group);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Reads these too; none of them may be read already.
  void assign(const std::vector<Assignment>& partitions);
  // Reads these no more, what was fetched of them is dropped.
  void unassign(const std::vector<Partition>& partitions);
  // record() holds the record, or topic, partition and offset of what happened, until the next
  // poll(), whatever is read no more meanwhile. Throws what ends the client for good.
  Polled poll(std::chrono::milliseconds wait);
  // Readable when poll() has something; clear_wake() before it.
  [[nodiscard]] int wake_fd() const noexcept { return wake_->fd(); }
  void clear_wake() const noexcept { wake_->clear(); }
  // Callbacks only (errors, tokens): for times when no record is wanted.
  void serve();
  [[nodiscard]] const Record& record() const noexcept { return record_; }

  // The end of a partition that is read, as the last answer of its broker said: asks nobody.
  [[nodiscard]] std::optional<std::int64_t> known_end(const Partition& partition) const;
  OffsetRange offsets(const Partition& partition, std::chrono::milliseconds wait);
  // For each partition the first offset at or after the time, which may be before 1970; kOffsetEnd
  // when there is none.
  Offsets offsets_for_time(const std::vector<Partition>& partitions,
                           std::int64_t unix_milliseconds,
                           std::chrono::milliseconds wait);
  Offsets begins(const std::vector<Partition>& partitions, std::chrono::milliseconds wait);
  // The ends as this reader sees them: with read_committed the last stable offsets.
  Offsets ends(const std::vector<Partition>& partitions, std::chrono::milliseconds wait);
  // kNoOffset where nothing is stored. `placed` gets those where place() has put the group, and no
  // member has committed since.
  Offsets committed(const std::vector<Partition>& partitions,
                    std::chrono::milliseconds wait,
                    std::set<Partition>* placed = nullptr);
  // Puts the group there, as nobody's member, which brokers take only while it has none: else
  // throws temporary.
  void place(const Offsets& offsets);
  // All topics, internal ones too.
  std::vector<TopicInfo> topics(std::chrono::milliseconds wait);
  // How many partitions the topic has; 0: it does not exist.
  std::int32_t partitions(const std::string& topic, std::chrono::milliseconds wait);
  [[nodiscard]] const std::string& group() const noexcept { return group_; }
  // How many members the group has.
  std::size_t members(std::chrono::milliseconds wait);
  std::string cluster_id(std::chrono::milliseconds wait);
  // How long every broker has been gone; nothing while one is there, as far as is known.
  std::optional<std::chrono::milliseconds> down_for() const;
  // Whether brokers have said, since the last call, that they do not know something that is read.
  bool take_unknown() { return state_->take_unknown(); }
  // Whether something that is read may have been made anew since the last take_doubts(). Asked
  // behind poll(): it is known before the first record of the new one.
  [[nodiscard]] bool in_doubt() const noexcept { return state_->doubts().any(); }
  Doubts::Taken take_doubts() { return state_->doubts().take(); }
  // Asks; true ends down_for().
  bool reachable(std::chrono::milliseconds wait);

 private:
  struct MessageRelease {
    void operator()(rd_kafka_message_s* message) const noexcept;
  };

  struct QueueRelease {
    void operator()(rd_kafka_queue_s* queue) const noexcept;
  };

  class Waiting;
  // `wanted`: for each partition a time, or one of the library's names for an end.
  Offsets ask_offsets(const Offsets& wanted, std::chrono::milliseconds wait);
  Polled read_event(const rd_kafka_message_s& message);
  void look_at_queue();
  void wake_fetchers();

  std::string group_;
  std::unique_ptr<ClientState> state_;
  Handle handle_;
  std::unique_ptr<rd_kafka_queue_s, QueueRelease> queue_;
  std::unique_ptr<QueueWake> wake_;  // of the queue
  FetchAlarm alarm_;
  std::uint32_t unlooked_ = 0;        // records since the queue was looked at
  std::unique_ptr<Waiting> waiting_;  // taken from the queue, not told yet
  std::unique_ptr<rd_kafka_message_s, MessageRelease> message_;
  Record record_;
};

}  // namespace cdckit::kafka
