// Sends records to topics: idempotent, acks from all replicas, order kept inside a partition, keys
// placed where Java clients place them. A record is safe only when its delivery was reported.
//
// One thread calls everything; reports reach the listener inside poll() and flush(). What is handed
// to enqueue() is copied. Destroying the producer drops what was not sent.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
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

struct Header {
  std::string_view name;
  std::string_view value;
};

// A topic of one producer, from find_topic().
struct TopicId {
  std::size_t index = 0;
};

struct Outgoing {
  TopicId topic;
  std::optional<std::string_view> key;    // nothing: Kafka null
  std::optional<std::string_view> value;  // nothing: a tombstone
  std::span<const Header> headers;
  std::uint64_t tag = 0;  // comes back with the delivery report
};

// Valid during the call only.
struct FailedDelivery {
  std::uint64_t tag = 0;
  bool too_large = false;
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

enum class Enqueued { done, queue_full, too_large };

class Producer {
 public:
  // The listener must outlive the producer. `give_up_after`: how long a record is retried.
  Producer(const Settings& settings,
           std::chrono::milliseconds give_up_after,
           DeliveryListener& listener);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Nothing when the topic does not exist. Asks the brokers; throws temporary when none answers.
  std::optional<TopicId> find_topic(const std::string& name, std::chrono::milliseconds wait);
  // The largest batch that the topic takes (max.message.bytes); nothing when the brokers do not
  // tell.
  std::optional<std::uint64_t> batch_limit(const std::string& topic,
                                           std::chrono::milliseconds wait);
  // From now on batches are at most this large, so that a broker that refuses one refuses a single
  // record. Nothing may be outstanding; topics stay valid. Does nothing when they are smaller
  // already.
  void limit_batches(std::uint64_t bytes);
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

 private:
  struct TopicRelease {
    void operator()(rd_kafka_topic_s* topic) const noexcept;
  };
  struct QueueRelease {
    void operator()(rd_kafka_queue_s* queue) const noexcept;
  };
  using Topic = std::unique_ptr<rd_kafka_topic_s, TopicRelease>;

  void open();
  static void report(rd_kafka_s* handle, const rd_kafka_message_s* message, void* opaque);

  // callbacks get a pointer to this, so it stays at one place
  struct Shared : ClientState {
    DeliveryListener* listener = nullptr;
  };
  std::unique_ptr<Shared> shared_;
  Settings settings_;
  std::vector<std::string> names_;  // of topics_
  io::FileDescriptor wake_read_;
  io::FileDescriptor wake_write_;
  Handle handle_;
  std::unique_ptr<rd_kafka_queue_s, QueueRelease> queue_;
  std::vector<Topic> topics_;
};

}  // namespace cdckit::kafka
