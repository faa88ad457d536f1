#include "common/kafka/producer.hpp"

#include "common/base/text.hpp"
#include "common/base/unique_handle.hpp"
#include "common/kafka/failure.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

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

using Resource = base::UniqueHandle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Options = base::UniqueHandle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using Queue = base::UniqueHandle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = base::UniqueHandle<rd_kafka_event_t, rd_kafka_event_destroy>;

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

std::vector<Header> headers_of(const rd_kafka_message_t* message) {
  std::vector<Header> out;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return out;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    out.push_back({name, text_of(value, size)});
  }
  return out;
}

rd_kafka_headers_t* make_headers(std::span<const Header> headers) {
  if (headers.empty()) return nullptr;
  rd_kafka_headers_t* out = rd_kafka_headers_new(headers.size());
  for (const Header& header : headers) {
    rd_kafka_header_add(out,
                        header.name.data(),
                        static_cast<ssize_t>(header.name.size()),
                        header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
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

Producer::Producer(const Settings& settings, milliseconds give_up_after, DeliveryListener& listener)
    : shared_(std::make_unique<Shared>()) {
  shared_->listener = &listener;
  for (const auto& [name, value] : kDefaults) settings_.push_back({name, value});
  // change events repeat themselves so much that zstd's first level is as small as its third, and
  // costs a third of the time
  if (!sets_compression(settings)) {
    settings_.push_back({"compression.type", "zstd"});
    settings_.push_back({"compression.level", "1"});
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
  queue_.reset();
  topics_.clear();
  handle_.reset();
  Config config = make_config(settings_, *shared_);
  rd_kafka_conf_set_dr_msg_cb(config.get(), report);
  handle_ = make_handle(Role::producer, std::move(config));
  queue_.reset(rd_kafka_queue_get_main(handle_.get()));
  rd_kafka_queue_io_event_enable(queue_.get(), wake_write_.get(), "x", 1);
  for (const std::string& name : names_)
    topics_.emplace_back(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
}

Producer::~Producer() {
  if (!handle_) return;
  // destroying waits for requests on the way; purged records are reported to nobody
  shared_->listener = nullptr;
  rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
  rd_kafka_purge(
      handle_.get(),
      RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_poll(handle_.get(), 0);
  queue_.reset();
  topics_.clear();
}

void Producer::clear_wake() {
  std::array<char, 256> bytes{};
  while (::read(wake_read_.get(), bytes.data(), bytes.size()) > 0) {
  }
}

void Producer::report(rd_kafka_s* /*handle*/, const rd_kafka_message_s* message, void* opaque) {
  DeliveryListener* listener = static_cast<Shared*>(static_cast<ClientState*>(opaque))->listener;
  if (listener == nullptr) return;
  const auto tag = std::bit_cast<std::uint64_t>(message->_private);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    listener->delivered(tag);
    return;
  }
  const std::string topic = rd_kafka_topic_name(message->rkt);
  listener->failed({tag,
                    message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                    failure(message->err, "deliver a record to topic \"" + topic + "\""),
                    topic,
                    text_of(message->key, message->key_len),
                    text_of(message->payload, message->len),
                    headers_of(message)});
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
  topics_.push_back(std::move(topic));
  names_.push_back(name);
  return TopicId{topics_.size() - 1};
}

std::optional<std::uint64_t> Producer::batch_limit(const std::string& topic, milliseconds wait) {
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Options options(
      rd_kafka_AdminOptions_new(handle_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 256> reason{};
  rd_kafka_AdminOptions_set_request_timeout(
      options.get(), as_timeout(wait), reason.data(), reason.size());
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_DescribeConfigs(handle_.get(), &asked, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), as_timeout(wait) + 1000));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  std::size_t count = 0;
  const auto** found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return std::nullopt;
  const auto** entries = rd_kafka_ConfigResource_configs(found[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value == nullptr ||
        std::string_view(rd_kafka_ConfigEntry_name(entries[i])) != "max.message.bytes")
      continue;
    return base::parse_unsigned(value);
  }
  return std::nullopt;
}

void Producer::limit_batches(std::uint64_t bytes) {
  const auto current = base::parse_unsigned(find_setting(settings_, "batch.size"));
  if (current && *current <= bytes) return;
  settings_.push_back({"batch.size", std::to_string(bytes)});
  open();
}

Enqueued Producer::enqueue(const Outgoing& record) {
  rd_kafka_headers_t* headers = make_headers(record.headers);
  const std::string_view key = record.key.value_or(std::string_view{});
  const std::string_view value = record.value.value_or(std::string_view{});
  // an empty value is not a tombstone: only a null pointer is
  const char* value_data = !record.value ? nullptr : value.empty() ? "" : value.data();
  const char* key_data = !record.key ? nullptr : key.empty() ? "" : key.data();
  // the library's macros for this argument list hold C casts, so its names are used bare
  const auto code = rd_kafka_producev(handle_.get(),
                                      RD_KAFKA_VTYPE_RKT,
                                      topics_[record.topic.index].get(),
                                      RD_KAFKA_VTYPE_MSGFLAGS,
                                      RD_KAFKA_MSG_F_COPY,
                                      RD_KAFKA_VTYPE_KEY,
                                      key_data,
                                      key.size(),
                                      RD_KAFKA_VTYPE_VALUE,
                                      value_data,
                                      value.size(),
                                      RD_KAFKA_VTYPE_OPAQUE,
                                      std::bit_cast<void*>(record.tag),
                                      RD_KAFKA_VTYPE_HEADERS,
                                      headers,
                                      RD_KAFKA_VTYPE_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Enqueued::done;
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Enqueued::queue_full;
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return Enqueued::too_large;
  poll(milliseconds(0));
  throw failure(code, "send a record");
}

void Producer::poll(milliseconds wait) {
  rd_kafka_poll(handle_.get(), as_timeout(wait));
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
