// Sends records to topics: idempotent, acks from all replicas, order kept inside a partition, keys
// placed where Java clients place them. A record is safe only when its delivery was reported.
//
// With a transactional id records are safe when their transaction was committed (Transaction), and
// only failed ones are reported.
//
// One thread calls everything; reports reach the listener inside poll() and flush(). What is handed
// to enqueue() is copied. Destroying the producer drops what was not sent.
//
// Of each topic no more is on its way than keeps its partitions busy: the library sends one request
// at a time to a partition of an idempotent producer, and its thread goes round and round while
// records wait behind it for longer than linger.ms.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/record.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming): the library's own names
struct rd_kafka_topic_s;
struct rd_kafka_message_s;
struct rd_kafka_queue_s;
// NOLINTEND(readability-identifier-naming)

namespace cdckit::kafka {

// Replicas of a partition that have all of it, and how many there should be.
struct InSync {
  int replicas = 0;
  int wished = 0;
};

// Valid during the call only.
struct FailedDelivery {
  std::uint64_t tag = 0;
  bool too_large = false;
  bool dropped = false;  // not sent, because its transaction was aborted or its handle closed
  base::Error error;
  std::string_view topic;
  std::string_view key;
  std::string_view value;
  std::vector<Header> headers;
};

class DeliveryListener {
 public:
  DeliveryListener() = default;
  DeliveryListener(const DeliveryListener&) = delete;
  DeliveryListener& operator=(const DeliveryListener&) = delete;
  virtual ~DeliveryListener() = default;
  virtual void delivered(std::uint64_t tag) = 0;
  virtual void failed(const FailedDelivery& delivery) = 0;
};

enum class Enqueued { done, queue_full, too_large, no_partition };

class Producer {
 public:
  // The listener must outlive the producer. `give_up_after`: how long a record is retried.
  Producer(const Settings& settings,
           std::chrono::milliseconds give_up_after,
           DeliveryListener& listener,
           const std::string& transactional_id = {});
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Nothing when the topic does not exist. Asks the brokers; throws temporary when none answers.
  std::optional<TopicId> find_topic(const std::string& name, std::chrono::milliseconds wait);
  // The settings of a topic, by name. Throws permission when the brokers do not tell, temporary
  // when none answers.
  std::map<std::string, std::string> topic_settings(const std::string& topic,
                                                    std::chrono::milliseconds wait);
  // Batches are to be at most this large from the next reopen() on, so that a broker that refuses
  // one refuses a single record. False when they are already.
  bool limit_batches(std::uint64_t bytes);
  // A record of fewer bytes may be in a batch with others.
  [[nodiscard]] std::uint64_t batch_bytes() const;
  // How many partitions a topic had when it was looked at last; look_again() looks at all topics
  // and gives those that have more than before. It throws nothing when brokers are away.
  [[nodiscard]] std::int32_t partitions(TopicId topic) const { return partitions_[topic.index]; }
  // Where the partitioner puts a record whose key has these bytes.
  [[nodiscard]] std::int32_t partition_for(TopicId topic, std::string_view key) const;
  std::vector<TopicId> look_again(std::chrono::milliseconds wait);
  // For each topic of this producer its partition that has the fewest. Nothing when no broker
  // answers.
  std::map<std::string, InSync> fewest_in_sync(std::chrono::milliseconds wait);
  // Begins anew with the same settings: forgets what is outstanding and what failed. Topics stay
  // valid.
  void reopen();
  Enqueued enqueue(const Outgoing& record);
  // Calls the listener for what was reported; throws what ended the client for good.
  void poll(std::chrono::milliseconds wait);
  // Sends without lingering; true when nothing is outstanding any more.
  bool flush(std::chrono::milliseconds wait);
  // Records without a report, in the queue or on the way.
  [[nodiscard]] std::size_t outstanding() const;
  // Becomes readable when reports are waiting; clear_wake() empties it.
  [[nodiscard]] int wake_fd() const noexcept { return wake_read_.get(); }
  void clear_wake();
  // See ClientState.
  [[nodiscard]] bool fenced() const noexcept { return shared_->fenced(); }
  // Zero without transactions.
  [[nodiscard]] std::chrono::milliseconds transaction_timeout() const;

 private:
  friend class Transaction;
  struct TopicRelease {
    void operator()(rd_kafka_topic_s* topic) const noexcept;
  };
  struct QueueRelease {
    void operator()(rd_kafka_queue_s* queue) const noexcept;
  };
  using Topic = std::unique_ptr<rd_kafka_topic_s, TopicRelease>;

  void open();
  void close() noexcept;
  [[nodiscard]] bool is_busy(TopicId topic, std::size_t bytes) const noexcept;
  static void report(rd_kafka_s* handle, const rd_kafka_message_s* message, void* opaque);

  // callbacks get a pointer to this, so it stays at one place
  struct Shared : ClientState {
    DeliveryListener* listener = nullptr;
    bool tells_failures_only = false;
    // what is on its way, by topic; the one of the last report
    std::vector<std::pair<rd_kafka_topic_s*, std::uint64_t>> bytes = {};
    std::size_t last = 0;
    void reported(const rd_kafka_message_s& message) noexcept;
  };
  std::unique_ptr<Shared> shared_;
  Settings settings_;
  std::vector<std::string> names_;        // of topics_
  std::vector<std::int32_t> partitions_;  // of topics_
  io::FileDescriptor wake_read_;
  io::FileDescriptor wake_write_;
  Handle handle_;
  std::unique_ptr<rd_kafka_queue_s, QueueRelease> queue_;
  std::vector<Topic> topics_;
};

}  // namespace cdckit::kafka
