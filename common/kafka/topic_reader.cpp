#include "common/kafka/topic_reader.hpp"

#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"
#include "common/kafka/partition_list.hpp"

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

using Message = base::UniqueHandle<rd_kafka_message_t, rd_kafka_message_destroy>;

constexpr milliseconds kSlice{100};

class TopicReader {
 public:
  TopicReader(const Settings& settings, std::string topic, milliseconds wait)
      : topic_(std::move(topic)), deadline_(steady_clock::now() + wait) {
    Settings all = settings;
    all.push_back({"group.id", "cdckit-reader"});  // librdkafka wants one; it is never joined
    all.push_back({"enable.auto.commit", "false"});
    all.push_back({"enable.partition.eof", "true"});
    all.push_back({"auto.offset.reset", "earliest"});
    handle_ = make_handle(Role::consumer, make_config(all, state_));
    rd_kafka_poll_set_consumer(handle_.get());
  }

  int partitions() {
    const std::unique_ptr<rd_kafka_topic_t, base::Releaser<rd_kafka_topic_destroy>> topic(
        rd_kafka_topic_new(handle_.get(), topic_.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code = rd_kafka_metadata(handle_.get(), 0, topic.get(), &metadata, left());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "look up topic \"" + topic_ + "\"");
    const bool known =
        metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
    const int count = known ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    return count;
  }

  void read(int partitions, const std::function<void(const Record&)>& record) {
    const PartitionList list(rd_kafka_topic_partition_list_new(partitions));
    for (int i = 0; i < partitions; ++i) {
      rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), i)->offset =
          RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(handle_.get(), list.get());
    int open = partitions;
    while (open > 0) {
      const Message message(
          rd_kafka_consumer_poll(handle_.get(), static_cast<int>(kSlice.count())));
      state_.check();
      if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) --open;
      if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) record(as_record(*message));
      if (open > 0 && left() == 0) {
        throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "read topic \"" + topic_ + "\" to its end");
      }
    }
  }

 private:
  [[nodiscard]] int left() const {
    const auto rest =
        std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()).count();
    return rest > 0 ? static_cast<int>(rest) : 0;
  }

  static std::optional<std::string_view> text(const void* data, std::size_t size) {
    if (data == nullptr) return std::nullopt;
    return std::string_view(static_cast<const char*>(data), size);
  }

  Record as_record(const rd_kafka_message_t& message) const {
    return {topic_,
            message.partition,
            message.offset,
            rd_kafka_message_timestamp(&message, nullptr),
            text(message.key, message.key_len),
            text(message.payload, message.len),
            {}};
  }

  std::string topic_;
  steady_clock::time_point deadline_;
  ClientState state_;
  Handle handle_;
};

}  // namespace

bool read_topic(const Settings& settings,
                const std::string& topic,
                milliseconds wait,
                const std::function<void(const Record& record)>& record) {
  TopicReader reader(settings, topic, wait);
  const int partitions = reader.partitions();
  if (partitions == 0) return false;
  reader.read(partitions, record);
  return true;
}

}  // namespace cdckit::kafka
