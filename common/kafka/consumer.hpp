// Reads topics as a member of a consumer group. Nothing is committed by itself: the owner says when
// an offset is done. Partitions come and go through the listener, inside poll().
//
// One thread. A record is valid until the next poll(). The listener's calls may use the consumer.
#pragma once

#include "common/kafka/admin.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/producer.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming): the library's own names
struct rd_kafka_message_s;
struct rd_kafka_topic_partition_list_s;
// NOLINTEND(readability-identifier-naming)

namespace cdckit::kafka {

struct Record {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = -1;         // -1: none
  std::optional<std::string_view> key;    // nothing: Kafka null
  std::optional<std::string_view> value;  // nothing: a tombstone
  std::vector<Header> headers;
};

// Where to begin: an offset, or one of these.
inline constexpr std::int64_t kOffsetBeginning = -2;
inline constexpr std::int64_t kOffsetEnd = -3;
inline constexpr std::int64_t kOffsetStored = -4;  // of the group; the beginning without one

struct Assignment {
  Partition partition;
  std::int64_t start = kOffsetStored;
};

using Offsets = std::map<Partition, std::int64_t>;  // the next offset to read

class RebalanceListener {
 public:
  RebalanceListener() = default;
  RebalanceListener(const RebalanceListener&) = delete;
  RebalanceListener& operator=(const RebalanceListener&) = delete;
  virtual ~RebalanceListener() = default;
  // May change where each partition starts.
  virtual void assigned(std::vector<Assignment>& partitions) = 0;
  // `lost`: the group gave them away already, commits would fail.
  virtual void revoked(const std::vector<Partition>& partitions, bool lost) = 0;
};

enum class Polled { record, end_of_partition, nothing };

class Consumer {
 public:
  Consumer(const Settings& settings, const std::string& group, RebalanceListener& listener);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Topic names, or regular expressions that begin with `^`.
  void subscribe(const std::vector<std::string>& topics);
  // record() holds the record, or topic, partition and offset of the end that was reached. Throws
  // what ends the client for good, also an exception of the listener.
  Polled poll(std::chrono::milliseconds wait);
  [[nodiscard]] const Record& record() const noexcept { return record_; }

  // Waits for the brokers' answer. Throws temporary when it did not come about.
  void commit(const Offsets& offsets);
  // Does not wait; a failure is logged and made good by a later commit.
  void commit_soon(const Offsets& offsets);
  OffsetRange offsets(const Partition& partition, std::chrono::milliseconds wait);
  // For each partition the first offset at or after the time; the end when there is none.
  Offsets offsets_for_time(const std::vector<Partition>& partitions,
                           std::int64_t unix_milliseconds,
                           std::chrono::milliseconds wait);
  Offsets committed(const std::vector<Partition>& partitions, std::chrono::milliseconds wait);
  std::string cluster_id(std::chrono::milliseconds wait);
  // How long every broker has been gone; nothing while one is there, as far as is known.
  std::optional<std::chrono::milliseconds> down_for() const;
  // Asks; true ends down_for().
  bool reachable(std::chrono::milliseconds wait);
  void pause(const std::vector<Partition>& partitions);
  void resume(const std::vector<Partition>& partitions);
  // Leaves the group; the listener is not called any more.
  void close();

 private:
  struct MessageRelease {
    void operator()(rd_kafka_message_s* message) const noexcept;
  };
  struct Shared;

  static void on_rebalance(rd_kafka_s* handle,
                           int code,
                           rd_kafka_topic_partition_list_s* partitions,
                           void* opaque);
  static void on_commit(rd_kafka_s* handle,
                        int code,
                        rd_kafka_topic_partition_list_s* partitions,
                        void* opaque);
  void rebalance(int code, rd_kafka_topic_partition_list_s* partitions);
  void take(bool assign, bool cooperative, rd_kafka_topic_partition_list_s* partitions);
  void read_record(const rd_kafka_message_s& message);
  Polled read_event(const rd_kafka_message_s& message);

  std::unique_ptr<Shared> shared_;
  Handle handle_;
  std::unique_ptr<rd_kafka_message_s, MessageRelease> message_;
  Record record_;
  bool has_pattern_ = false;
};

}  // namespace cdckit::kafka
