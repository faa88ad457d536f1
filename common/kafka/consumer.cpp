#include "common/kafka/consumer.hpp"

#include "common/kafka/failure.hpp"
#include "common/kafka/partition_list.hpp"
#include "common/log/log.hpp"

#include <array>
#include <exception>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::ErrorKind;
using std::chrono::milliseconds;

struct Consumer::Shared : ClientState {
  Consumer* consumer = nullptr;
  RebalanceListener* listener = nullptr;
  std::exception_ptr thrown;  // by the listener: must not cross the C library
  bool closing = false;
};

namespace {

// What a user may replace. Prefetch is bounded so that memory stays flat; when it is full the
// library waits the error back-off, hence a short one. A dead member loses its partitions after ten
// seconds; new topics that match a pattern are seen after five. Not cooperative-sticky: up to
// librdkafka 2.2 a member that leaves before its first assignment aborts the process there
// (assignor_state is null).
constexpr std::array<std::pair<const char*, const char*>, 10> kDefaults = {{
    {"queued.max.messages.kbytes", "24576"},
    {"fetch.message.max.bytes", "262144"},
    {"queued.min.messages", "50000"},
    {"fetch.error.backoff.ms", "10"},
    {"session.timeout.ms", "10000"},
    {"heartbeat.interval.ms", "2000"},
    {"topic.metadata.refresh.interval.ms", "5000"},
    {"partition.assignment.strategy", "roundrobin"},
    {"check.crcs", "true"},
    {"auto.offset.reset", "earliest"},
}};

std::string_view text_of(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

std::optional<std::string_view> optional_text(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return text_of(data, size);
}

void read_headers(const rd_kafka_message_t& message, std::vector<Header>& out) {
  out.clear();
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    out.push_back({name, text_of(value, size)});
  }
}

}  // namespace

void Consumer::MessageRelease::operator()(rd_kafka_message_s* message) const noexcept {
  rd_kafka_message_destroy(message);
}

Consumer::Consumer(const Settings& settings, const std::string& group, RebalanceListener& listener)
    : shared_(std::make_unique<Shared>()) {
  shared_->consumer = this;
  shared_->listener = &listener;
  Settings all;
  for (const auto& [name, value] : kDefaults) all.push_back({name, value});
  all.insert(all.end(), settings.begin(), settings.end());
  all.push_back({"group.id", group});
  // offsets are committed when the other end of the pipe said so, never by a timer
  all.push_back({"enable.auto.commit", "false"});
  all.push_back({"enable.auto.offset.store", "false"});
  all.push_back({"enable.partition.eof", "true"});
  Config config = make_config(all, *shared_);
  rd_kafka_conf_set_rebalance_cb(
      config.get(),
      [](rd_kafka_t* handle,
         rd_kafka_resp_err_t code,
         rd_kafka_topic_partition_list_t* partitions,
         void* opaque) { on_rebalance(handle, code, partitions, opaque); });
  rd_kafka_conf_set_offset_commit_cb(
      config.get(),
      [](rd_kafka_t* handle,
         rd_kafka_resp_err_t code,
         rd_kafka_topic_partition_list_t* partitions,
         void* opaque) { on_commit(handle, code, partitions, opaque); });
  handle_ = make_handle(Role::consumer, std::move(config));
  rd_kafka_poll_set_consumer(handle_.get());
}

Consumer::~Consumer() {
  shared_->closing = true;
}

void Consumer::subscribe(const std::vector<std::string>& topics) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    has_pattern_ = has_pattern_ || topic.starts_with('^');
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const auto code = rd_kafka_subscribe(handle_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "subscribe to the topics");
}

Polled Consumer::poll(milliseconds wait) {
  message_.reset();
  message_.reset(rd_kafka_consumer_poll(handle_.get(), static_cast<int>(wait.count())));
  if (shared_->thrown) std::rethrow_exception(std::exchange(shared_->thrown, nullptr));
  if (!message_) {
    shared_->check();
    return Polled::nothing;
  }
  if (message_->err != RD_KAFKA_RESP_ERR_NO_ERROR) return read_event(*message_);
  if (shared_->down_since()) shared_->note_reachable();
  read_record(*message_);
  return Polled::record;
}

void Consumer::read_record(const rd_kafka_message_s& message) {
  record_.topic = rd_kafka_topic_name(message.rkt);
  record_.partition = message.partition;
  record_.offset = message.offset;
  rd_kafka_timestamp_type_t type{};
  record_.timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  record_.key = optional_text(message.key, message.key_len);
  record_.value = optional_text(message.payload, message.len);
  read_headers(message, record_.headers);
}

Polled Consumer::read_event(const rd_kafka_message_s& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    record_.topic = rd_kafka_topic_name(message.rkt);
    record_.partition = message.partition;
    record_.offset = message.offset;
    return Polled::end_of_partition;
  }
  // a pattern may match topics that come later; only a topic that was named must be there
  if (message.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && has_pattern_)
    return Polled::nothing;
  const char* reason = rd_kafka_message_errstr(&message);
  const ErrorKind kind = kind_of(message.err);
  if (kind != ErrorKind::temporary)
    throw failure(message.err, "read from Kafka", reason == nullptr ? "" : reason);
  shared_->note_error(handle_.get(), message.err, reason);
  shared_->check();
  return Polled::nothing;
}

void Consumer::on_rebalance(rd_kafka_s* /*handle*/,
                            int code,
                            rd_kafka_topic_partition_list_s* partitions,
                            void* opaque) {
  static_cast<Shared*>(static_cast<ClientState*>(opaque))->consumer->rebalance(code, partitions);
}

void Consumer::on_commit(rd_kafka_s* /*handle*/,
                         int code,
                         rd_kafka_topic_partition_list_s* /*partitions*/,
                         void* /*opaque*/) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  log::warning("could not commit offsets, the next commit makes up for it: " +
               std::string(rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code))));
}

void Consumer::rebalance(int code, rd_kafka_topic_partition_list_s* partitions) {
  const char* protocol = rd_kafka_rebalance_protocol(handle_.get());
  const bool cooperative = protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
  const bool assign = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  try {
    if (!shared_->closing && assign) {
      std::vector<Assignment> wanted;
      for (int i = 0; i < partitions->cnt; ++i)
        wanted.push_back({to_partition(partitions->elems[i]), kOffsetStored});
      shared_->listener->assigned(wanted);
      for (int i = 0; i < partitions->cnt; ++i) {
        partitions->elems[i].offset = to_library_offset(wanted[static_cast<std::size_t>(i)].start);
      }
    } else if (!shared_->closing && code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
      std::vector<Partition> gone;
      for (int i = 0; i < partitions->cnt; ++i) gone.push_back(to_partition(partitions->elems[i]));
      shared_->listener->revoked(gone, rd_kafka_assignment_lost(handle_.get()) != 0);
    }
  } catch (...) {
    shared_->thrown = std::current_exception();
  }
  take(assign, cooperative, partitions);
}

void Consumer::take(bool assign, bool cooperative, rd_kafka_topic_partition_list_s* partitions) {
  if (cooperative) {
    const ErrorHandle error(assign ? rd_kafka_incremental_assign(handle_.get(), partitions)
                                   : rd_kafka_incremental_unassign(handle_.get(), partitions));
    if (error)
      shared_->note_error(
          handle_.get(), rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
    return;
  }
  const auto code = rd_kafka_assign(handle_.get(), assign ? partitions : nullptr);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    shared_->note_error(handle_.get(), code, rd_kafka_err2str(code));
}

void Consumer::commit(const Offsets& offsets) {
  if (offsets.empty()) return;
  const PartitionList list = to_list(offsets);
  const auto code = rd_kafka_commit(handle_.get(), list.get(), 0);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "commit offsets");
}

void Consumer::commit_soon(const Offsets& offsets) {
  if (offsets.empty()) return;
  const PartitionList list = to_list(offsets);
  const auto code = rd_kafka_commit(handle_.get(), list.get(), 1);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "commit offsets");
}

OffsetRange Consumer::offsets(const Partition& partition, milliseconds wait) {
  OffsetRange out;
  const auto code = rd_kafka_query_watermark_offsets(handle_.get(),
                                                     partition.topic.c_str(),
                                                     partition.number,
                                                     &out.begin,
                                                     &out.end,
                                                     static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw failure(code, "read the offsets of topic \"" + partition.topic + "\"");
  }
  return out;
}

Offsets Consumer::offsets_for_time(const std::vector<Partition>& partitions,
                                   std::int64_t unix_milliseconds,
                                   milliseconds wait) {
  Offsets wanted;
  for (const Partition& partition : partitions) wanted[partition] = unix_milliseconds;
  const PartitionList list = to_list(wanted);
  const auto code =
      rd_kafka_offsets_for_times(handle_.get(), list.get(), static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "find the offsets of a time");
  return from_list(*list, kOffsetEnd);
}

Offsets Consumer::committed(const std::vector<Partition>& partitions, milliseconds wait) {
  Offsets wanted;
  for (const Partition& partition : partitions) wanted[partition] = 0;
  const PartitionList list = to_list(wanted);
  const auto code = rd_kafka_committed(handle_.get(), list.get(), static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "read the group's offsets");
  return from_list(*list, kNoOffset);
}

std::string Consumer::cluster_id(milliseconds wait) {
  char* text = rd_kafka_clusterid(handle_.get(), static_cast<int>(wait.count()));
  if (text == nullptr) {
    shared_->check();
    throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "reach the Kafka cluster");
  }
  std::string out = text;
  rd_kafka_mem_free(handle_.get(), text);
  return out;
}

std::optional<milliseconds> Consumer::down_for() const {
  const auto since = shared_->down_since();
  if (!since) return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - *since);
}

bool Consumer::reachable(milliseconds wait) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(handle_.get(), 0, nullptr, &metadata, static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  rd_kafka_metadata_destroy(metadata);
  shared_->note_reachable();
  return true;
}

void Consumer::pause(const std::vector<Partition>& partitions) {
  const PartitionList list = to_list(partitions);
  rd_kafka_pause_partitions(handle_.get(), list.get());
}

void Consumer::resume(const std::vector<Partition>& partitions) {
  const PartitionList list = to_list(partitions);
  rd_kafka_resume_partitions(handle_.get(), list.get());
}

void Consumer::close() {
  shared_->closing = true;
  message_.reset();
  const auto code = rd_kafka_consumer_close(handle_.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    log::info(std::string("could not leave the group: ") + rd_kafka_err2str(code));
}

}  // namespace cdckit::kafka
