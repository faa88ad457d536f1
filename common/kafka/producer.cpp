#include "common/kafka/producer.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"
#include "common/kafka/message.hpp"
#include "common/kafka/topic_settings.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

int as_timeout(milliseconds wait) {
  constexpr milliseconds::rep kLongest = 1'000'000'000;
  return static_cast<int>(std::clamp<milliseconds::rep>(wait.count(), -1, kLongest));
}

std::string_view text_of(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

// An empty text is not null: only a null pointer is.
const char* data_of(const std::optional<std::string_view>& text) {
  return !text ? nullptr : text->empty() ? "" : text->data();
}

std::size_t size_of(const std::optional<std::string_view>& text) {
  return text ? text->size() : 0;
}

using TransactionError = base::UniqueHandle<rd_kafka_error_t, rd_kafka_error_destroy>;

// On its way for each partition: one batch that is sent, and the next two.
constexpr std::uint64_t kPartitionBytes = 3U << 20U;

// What a user may replace. The queue holds some hundredths of a second at full speed, so that
// memory stays flat while brokers are slow; keys go where Java clients put them.
constexpr std::array<std::pair<const char*, const char*>, 7> kDefaults = {{
    {"linger.ms", "20"},
    {"batch.size", "1000000"},
    {"batch.num.messages", "10000"},
    {"queue.buffering.max.messages", "60000"},
    {"queue.buffering.max.kbytes", "24576"},
    {"message.max.bytes", "16777216"},
    {"partitioner", "murmur2_random"},
}};

bool sets_compression(const Settings& settings) {
  return !find_setting(settings, "compression.type").empty() ||
         !find_setting(settings, "compression.codec").empty();
}

void add_transactional(Settings& out, const Settings& given, const std::string& id) {
  out.push_back({"transactional.id", id});
  const std::string_view timeout = find_setting(given, "transaction.timeout.ms");
  out.push_back({"transaction.timeout.ms", timeout.empty() ? "60000" : std::string(timeout)});
  // the last records of a transaction linger before it can end
  out.push_back({"linger.ms", "5"});
}

rd_kafka_headers_t* make_headers(std::span<const Header> headers) {
  if (headers.empty()) return nullptr;
  rd_kafka_headers_t* out = rd_kafka_headers_new(headers.size());
  for (const Header& header : headers) {
    rd_kafka_header_add(out,
                        header.name.data(),
                        static_cast<ssize_t>(header.name.size()),
                        data_of(header.value),
                        static_cast<ssize_t>(size_of(header.value)));
  }
  return out;
}

}  // namespace

void Producer::TopicRelease::operator()(rd_kafka_topic_s* topic) const noexcept {
  rd_kafka_topic_destroy(topic);
}
void Producer::QueueRelease::operator()(rd_kafka_queue_s* queue) const noexcept {
  rd_kafka_queue_destroy(queue);
}

Producer::Producer(const Settings& settings,
                   milliseconds give_up_after,
                   DeliveryListener& listener,
                   const std::string& transactional_id)
    : shared_(std::make_unique<Shared>()) {
  shared_->listener = &listener;
  for (const auto& [name, value] : kDefaults) settings_.push_back({name, value});
  // change events repeat themselves so much that zstd's first level is as small as its third, and
  // costs a third of the time
  if (!sets_compression(settings)) {
    settings_.push_back({"compression.type", "zstd"});
    settings_.push_back({"compression.level", "1"});
  }
  if (!transactional_id.empty()) {
    shared_->tells_failures_only = true;
    add_transactional(settings_, settings, transactional_id);
    // a record must not outlive its transaction
    give_up_after = std::min(give_up_after, transaction_timeout());
  }
  settings_.push_back({"message.timeout.ms", std::to_string(give_up_after.count())});
  settings_.insert(settings_.end(), settings.begin(), settings.end());
  // topics are made on purpose or not at all; without idempotence a retry could swap records
  settings_.push_back({"allow.auto.create.topics", "false"});
  settings_.push_back({"enable.idempotence", "true"});
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw base::system_error(ErrorKind::io, "could not create a pipe", errno);
  }
  wake_read_ = io::FileDescriptor(pipe[0]);
  wake_write_ = io::FileDescriptor(pipe[1]);
  open();
}

void Producer::open() {
  close();
  shared_->forget();
  Config config = make_config(settings_, *shared_);
  rd_kafka_conf_set_dr_msg_cb(config.get(), report);
  handle_ = make_handle(Role::producer, std::move(config));
  queue_.reset(rd_kafka_queue_get_main(handle_.get()));
  rd_kafka_queue_io_event_enable(queue_.get(), wake_write_.get(), "x", 1);
  shared_->bytes.clear();
  for (const std::string& name : names_) {
    topics_.emplace_back(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
    shared_->bytes.emplace_back(topics_.back().get(), 0);
  }
}

Producer::~Producer() {
  close();
}

void Producer::reopen() {
  open();
}

void Producer::close() noexcept {
  if (!handle_) return;
  // destroying waits for requests on the way; purged records are reported to nobody
  DeliveryListener* const listener = std::exchange(shared_->listener, nullptr);
  // librdkafka 2.0.2 fails an assertion of its own when a handle goes whose transaction still has
  // partitions to register; abort takes them away at once, whether the brokers hear of it or not
  if (transaction_timeout().count() > 0) {
    constexpr int kMoment = 200;  // milliseconds
    const TransactionError ignored(rd_kafka_abort_transaction(handle_.get(), kMoment));
  }
  rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
  rd_kafka_purge(
      handle_.get(),
      RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_poll(handle_.get(), 0);
  queue_.reset();
  topics_.clear();
  handle_.reset();
  shared_->listener = listener;
}

milliseconds Producer::transaction_timeout() const {
  const auto value =
      base::parse_unsigned(find_setting(settings_, "transaction.timeout.ms")).value_or(0);
  return milliseconds(static_cast<milliseconds::rep>(value));
}

void Producer::clear_wake() {
  std::array<char, 256> bytes{};
  while (::read(wake_read_.get(), bytes.data(), bytes.size()) > 0) {
  }
}

// Reports come by batches, so that the topic is nearly always that of the one before.
void Producer::Shared::reported(const rd_kafka_message_s& message) noexcept {
  if (last >= bytes.size() || bytes[last].first != message.rkt) {
    const auto found = std::find_if(
        bytes.begin(), bytes.end(), [&](const auto& entry) { return entry.first == message.rkt; });
    if (found == bytes.end()) return;
    last = static_cast<std::size_t>(found - bytes.begin());
  }
  bytes[last].second -= message.len + message.key_len;
}

void Producer::report(rd_kafka_s* /*handle*/, const rd_kafka_message_s* message, void* opaque) {
  auto* shared = static_cast<Shared*>(static_cast<ClientState*>(opaque));
  DeliveryListener* listener = shared->listener;
  if (listener == nullptr) return;
  shared->reported(*message);
  const auto tag = std::bit_cast<std::uint64_t>(message->_private);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (shared->down_since()) shared->note_reachable();
    if (!shared->tells_failures_only) listener->delivered(tag);
    return;
  }
  const std::string topic = rd_kafka_topic_name(message->rkt);
  std::vector<Header> headers;
  read_headers(*message, headers);
  listener->failed({tag,
                    message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
                        message->err == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
                    message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
                    failure(message->err, "deliver a record to topic \"" + topic + "\""),
                    topic,
                    text_of(message->key, message->key_len),
                    text_of(message->payload, message->len),
                    std::move(headers)});
}

std::optional<TopicId> Producer::find_topic(const std::string& name, milliseconds wait) {
  Topic topic(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
  if (!topic) throw failure(rd_kafka_last_error(), "use topic \"" + name + "\"");
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(handle_.get(), 0, topic.get(), &metadata, as_timeout(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    poll(milliseconds(0));  // a refused login says more than "timed out"
    throw failure(code, "look up topic \"" + name + "\"");
  }
  auto topic_code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  int partitions = 0;
  if (metadata->topic_cnt == 1) {
    topic_code = metadata->topics[0].err;
    partitions = metadata->topics[0].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  if (topic_code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::nullopt;
  if (topic_code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(topic_code, "use topic \"" + name + "\"");
  if (partitions == 0) return std::nullopt;
  if (const auto known = std::find(names_.begin(), names_.end(), name); known != names_.end()) {
    const auto index = static_cast<std::size_t>(known - names_.begin());
    partitions_[index] = std::max(partitions_[index], partitions);
    return TopicId{index};
  }
  topics_.push_back(std::move(topic));
  shared_->bytes.emplace_back(topics_.back().get(), 0);
  names_.push_back(name);
  partitions_.push_back(partitions);
  return TopicId{topics_.size() - 1};
}

std::map<std::string, std::string> Producer::topic_settings(const std::string& topic,
                                                            milliseconds wait) {
  return read_topic_settings(handle_.get(), topic, wait);
}

std::uint64_t Producer::batch_bytes() const {
  return base::parse_unsigned(find_setting(settings_, "batch.size")).value_or(0);
}

bool Producer::limit_batches(std::uint64_t bytes) {
  if (batch_bytes() <= bytes) return false;
  settings_.push_back({"batch.size", std::to_string(bytes)});
  return true;
}

std::vector<TopicId> Producer::look_again(milliseconds wait) {
  std::vector<TopicId> grown;
  const rd_kafka_metadata_t* metadata = nullptr;
  constexpr int kOwnTopics = 0;
  if (rd_kafka_metadata(handle_.get(), kOwnTopics, nullptr, &metadata, as_timeout(wait)) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return grown;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    for (std::size_t index = 0; index < names_.size(); ++index) {
      if (names_[index] != topic.topic || topic.partition_cnt <= partitions_[index]) continue;
      partitions_[index] = topic.partition_cnt;
      grown.push_back({index});
    }
  }
  rd_kafka_metadata_destroy(metadata);
  return grown;
}

std::map<std::string, InSync> Producer::fewest_in_sync(milliseconds wait) {
  std::map<std::string, InSync> out;
  const rd_kafka_metadata_t* metadata = nullptr;
  constexpr int kOwnTopics = 0;
  if (rd_kafka_metadata(handle_.get(), kOwnTopics, nullptr, &metadata, as_timeout(wait)) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return out;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    for (int at = 0; at < topic.partition_cnt; ++at) {
      const InSync here{topic.partitions[at].isr_cnt, topic.partitions[at].replica_cnt};
      const auto [fewest, first] = out.try_emplace(topic.topic, here);
      if (!first && here.replicas < fewest->second.replicas) fewest->second = here;
    }
  }
  rd_kafka_metadata_destroy(metadata);
  return out;
}

std::int32_t Producer::partition_for(TopicId topic, std::string_view key) const {
  using Partitioner = decltype(&rd_kafka_msg_partitioner_murmur2);
  constexpr std::array<std::pair<std::string_view, Partitioner>, 7> kPartitioners = {{
      {"murmur2_random", rd_kafka_msg_partitioner_murmur2_random},
      {"murmur2", rd_kafka_msg_partitioner_murmur2},
      {"consistent_random", rd_kafka_msg_partitioner_consistent_random},
      {"consistent", rd_kafka_msg_partitioner_consistent},
      {"fnv1a_random", rd_kafka_msg_partitioner_fnv1a_random},
      {"fnv1a", rd_kafka_msg_partitioner_fnv1a},
      {"random", rd_kafka_msg_partitioner_random},
  }};
  const std::string_view name = find_setting(settings_, "partitioner");
  const std::string_view data = key.empty() ? std::string_view("") : key;
  for (const auto& [known, partitioner] : kPartitioners) {
    if (known == name)
      return partitioner(topics_[topic.index].get(),
                         data.data(),
                         data.size(),
                         partitions_[topic.index],
                         nullptr,
                         nullptr);
  }
  return kAnyPartition;
}

// One record at least is always taken.
bool Producer::is_busy(TopicId topic, std::size_t bytes) const noexcept {
  const std::uint64_t waiting = shared_->bytes[topic.index].second;
  const auto partitions = static_cast<std::uint64_t>(partitions_[topic.index]);
  return waiting > 0 && waiting + bytes > partitions * kPartitionBytes;
}

Enqueued Producer::enqueue(const Outgoing& record) {
  const std::size_t bytes = size_of(record.key) + size_of(record.value);
  if (is_busy(record.topic, bytes)) return Enqueued::queue_full;
  rd_kafka_headers_t* headers = make_headers(record.headers);
  // the library's macros for this argument list hold C casts, so its names are used bare
  const auto code = rd_kafka_producev(handle_.get(),
                                      RD_KAFKA_VTYPE_RKT,
                                      topics_[record.topic.index].get(),
                                      RD_KAFKA_VTYPE_MSGFLAGS,
                                      RD_KAFKA_MSG_F_COPY,
                                      RD_KAFKA_VTYPE_PARTITION,
                                      record.partition,
                                      RD_KAFKA_VTYPE_TIMESTAMP,
                                      record.timestamp_ms,
                                      RD_KAFKA_VTYPE_KEY,
                                      data_of(record.key),
                                      size_of(record.key),
                                      RD_KAFKA_VTYPE_VALUE,
                                      data_of(record.value),
                                      size_of(record.value),
                                      RD_KAFKA_VTYPE_OPAQUE,
                                      std::bit_cast<void*>(record.tag),
                                      RD_KAFKA_VTYPE_HEADERS,
                                      headers,
                                      RD_KAFKA_VTYPE_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    shared_->bytes[record.topic.index].second += bytes;
    return Enqueued::done;
  }
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Enqueued::queue_full;
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return Enqueued::too_large;
  if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) return Enqueued::no_partition;
  poll(milliseconds(0));
  throw failure(code, "send a record");
}

void Producer::poll(milliseconds wait) {
  rd_kafka_poll(handle_.get(), as_timeout(wait));
  if (shared_->down_since()) shared_->tell_outage(outstanding() > 0);
  shared_->check();
}

bool Producer::flush(milliseconds wait) {
  const auto code = rd_kafka_flush(handle_.get(), as_timeout(wait));
  shared_->check();
  return code == RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::size_t Producer::outstanding() const {
  return static_cast<std::size_t>(rd_kafka_outq_len(handle_.get()));
}

}  // namespace cdckit::kafka
