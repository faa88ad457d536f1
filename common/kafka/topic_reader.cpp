#include "common/kafka/topic_reader.hpp"

#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"
#include "common/kafka/message.hpp"
#include "common/kafka/partition_list.hpp"

#include <map>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

using Message = base::UniqueHandle<rd_kafka_message_t, rd_kafka_message_destroy>;

constexpr milliseconds kSlice{100};
constexpr int kStableWaitMs = 2'000;

class TopicReader {
 public:
  TopicReader(const Settings& settings, std::string topic, milliseconds wait)
      : topic_(std::move(topic)), deadline_(steady_clock::now() + wait) {
    settings_ = settings;
    settings_.push_back({"group.id", "cdckit-reader"});  // librdkafka wants one; nobody joins it
    settings_.push_back({"enable.auto.commit", "false"});
    settings_.push_back({"enable.partition.eof", "true"});
    settings_.push_back({"auto.offset.reset", "earliest"});
    settings_.push_back({"isolation.level", "read_committed"});
    handle_ = make_handle(Role::consumer, make_config(settings_, state_));
    rd_kafka_poll_set_consumer(handle_.get());
  }

  std::int32_t partitions() {
    return count_partitions(handle_.get(), topic_, milliseconds(left()));
  }

  void read(std::int32_t partitions,
            const std::function<void(const Record&)>& record,
            const ReadRange& range) {
    open_ = ends(partitions, range.waits_for_open, left());
    Offsets starts;
    for (const auto& [number, end] : open_)
      starts[{topic_, number}] = range.tail > 0 && end > range.tail
                                     ? end - range.tail
                                     : to_library_offset(kOffsetBeginning);
    const PartitionList list = to_list(starts);
    rd_kafka_assign(handle_.get(), list.get());
    while (!open_.empty()) {
      const Message message(
          rd_kafka_consumer_poll(handle_.get(), static_cast<int>(kSlice.count())));
      state_.check();
      if (message) take(*message, record);
      if (!open_.empty() && left() == 0) throw no_end();
    }
  }

 private:
  [[nodiscard]] int left() const {
    const auto rest =
        std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()).count();
    return rest > 0 ? static_cast<int>(rest) : 0;
  }

  void take(const rd_kafka_message_t& message, const std::function<void(const Record&)>& record) {
    const auto open = open_.find(message.partition);
    if (open == open_.end()) return;  // behind the end that counts
    const bool data = message.err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!data && message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
    if (data && message.offset < open->second) {
      read_message(message, record_);
      record(record_);
    }
    // what follows a record may be marks of transactions, which only the end tells of
    if (message.offset + (data ? 1 : 0) >= open->second) open_.erase(open);
  }

  // Where each partition that holds anything ends now, unfinished transactions included: this
  // reader itself would take their begin for the end. Asked by a handle of its own for that.
  std::map<std::int32_t, std::int64_t> ends(std::int32_t partitions, bool with_open, int wait_ms) {
    Settings all = settings_;
    if (with_open) all.push_back({"isolation.level", "read_uncommitted"});
    ClientState state;
    const Handle handle = make_handle(Role::consumer, make_config(all, state));
    std::map<std::int32_t, std::int64_t> out;
    for (std::int32_t number = 0; number < partitions; ++number) {
      OffsetRange range;
      const auto code = rd_kafka_query_watermark_offsets(
          handle.get(), topic_.c_str(), number, &range.begin, &range.end, wait_ms);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw no_ends(code);
      if (range.end > range.begin) out[number] = range.end;
    }
    return out;
  }

  // Time is up. The one cause that does not pass by a wait alone is a transaction that nobody ends
  // (KIP-664): what is behind the last stable offset is shown to no reader until it is.
  [[nodiscard]] base::Error no_end() {
    const std::string what = "could not read topic \"" + topic_ + "\" to its end: ";
    const auto stable = ends(open_.rbegin()->first + 1, false, kStableWaitMs);
    for (const auto& [number, end] : open_) {
      const auto found =
          stable.find(number);  // a partition that shows nothing yet is not among them
      if (found != stable.end() && found->second >= end) continue;
      const std::string since =
          found == stable.end() ? "its first offset" : "offset " + std::to_string(found->second);
      return {
          base::ErrorKind::temporary,
          what + "a transaction is open in partition " + std::to_string(number) + " since " + since,
          "Its broker ends it after the writer's transaction.timeout.ms; if it does not: "
          "kafka-transactions.sh find-hanging."};
    }
    return {base::ErrorKind::temporary, what + "timed out"};
  }

  // The brokers have just said that it is there: one that knows less learns it in a moment.
  [[nodiscard]] base::Error no_ends(int code) const {
    base::Error error = failure(code, "read the offsets of topic \"" + topic_ + "\"");
    const bool unknown = code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
                         code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
                         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    return unknown ? base::Error(base::ErrorKind::temporary, error.what()) : error;
  }

  std::string topic_;
  steady_clock::time_point deadline_;
  Settings settings_;
  std::map<std::int32_t, std::int64_t> open_;  // partition -> where it ends, while not read so far
  Record record_;
  ClientState state_;
  Handle handle_;
};

}  // namespace

bool read_topic(const Settings& settings,
                const std::string& topic,
                milliseconds wait,
                const std::function<void(const Record& record)>& record,
                ReadRange range) {
  TopicReader reader(settings, topic, wait);
  const std::int32_t partitions = reader.partitions();
  if (partitions == 0) return false;
  reader.read(partitions, record, range);
  return true;
}

}  // namespace cdckit::kafka
