#include "common/kafka/consumer.hpp"

#include "common/base/text.hpp"
#include "common/kafka/failure.hpp"
#include "common/kafka/message.hpp"
#include "common/kafka/partition_list.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

// What a user may replace. Prefetch is bounded so that memory stays flat, however many partitions
// an answer holds and however well they are compressed.
constexpr std::array<std::pair<const char*, const char*>, 7> kDefaults = {{
    {"queued.max.messages.kbytes", "24576"},
    {"fetch.message.max.bytes", "1048576"},
    {"fetch.max.bytes", "1048576"},
    {"queued.min.messages", "50000"},
    {"fetch.error.backoff.ms", "10"},
    {"topic.metadata.refresh.interval.ms", "5000"},
    {"check.crcs", "true"},
}};

// From this version on the library looks again soon after its queue was full; before it needs to be
// woken (FetchAlarm).
constexpr int kLooksAgain = 0x02020000;
constexpr std::uint32_t kLookEvery = 64;  // records

std::uint64_t number_of(const Settings& settings, std::string_view name) {
  return base::parse_unsigned(find_setting(settings, name)).value_or(0);
}

FetchAlarm alarm_of(const Settings& settings) {
  return {number_of(settings, "queued.min.messages"),
          number_of(settings, "queued.max.messages.kbytes") * 1024};
}

// A static member's name is for the one that joins.
Settings reader_settings(const Settings& settings, const std::string& group) {
  Settings out;
  for (const auto& [name, value] : kDefaults) out.push_back({name, value});
  if (rd_kafka_version() >= kLooksAgain) out.push_back({"fetch.queue.backoff.ms", "10"});
  for (const Setting& setting : settings) {
    if (setting.name != "group.instance.id") out.push_back(setting);
  }
  out.push_back({"group.id", group});
  out.push_back({"enable.auto.commit", "false"});
  out.push_back({"enable.auto.offset.store", "false"});
  out.push_back({"enable.partition.eof", "true"});
  out.push_back({"auto.offset.reset", "error"});
  std::string debug(find_setting(settings, "debug"));
  out.push_back({"debug", debug + (debug.empty() ? "" : ",") + std::string(Doubts::kContexts)});
  return out;
}

std::unique_ptr<ClientState> listening_state(const Settings& settings) {
  auto out = std::make_unique<ClientState>();
  if (find_setting(settings, "debug").empty()) out->listen_only();
  return out;
}

void require(rd_kafka_error_t* raw, const std::string& what) {
  const ErrorHandle error(raw);
  if (error)
    throw failure(rd_kafka_error_code(error.get()), what, rd_kafka_error_string(error.get()));
}

int as_timeout(milliseconds wait) {
  return static_cast<int>(wait.count());
}

Offsets all_at(const std::vector<Partition>& partitions, std::int64_t offset) {
  Offsets out;
  for (const Partition& partition : partitions) out[partition] = offset;
  return out;
}

}  // namespace

void Consumer::MessageRelease::operator()(rd_kafka_message_s* message) const noexcept {
  rd_kafka_message_destroy(message);
}

void Consumer::QueueRelease::operator()(rd_kafka_queue_s* queue) const noexcept {
  rd_kafka_queue_destroy(queue);
}

// Records are taken from the library's queue by the dozen: one at a time costs several looks at the
// clock each.
class Consumer::Waiting {
 public:
  Waiting() = default;
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    while (rd_kafka_message_t* message = take()) rd_kafka_message_destroy(message);
  }

  // What is there now; all of the last must have been taken.
  void fill(rd_kafka_queue_t* queue) {
    const auto count = rd_kafka_consume_batch_queue(queue, 0, messages_.data(), messages_.size());
    next_ = 0;
    count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  // Null when there is none.
  rd_kafka_message_t* take() noexcept { return next_ < count_ ? messages_[next_++] : nullptr; }
  void drop(const std::vector<Partition>& partitions) {
    std::size_t kept = next_;
    for (std::size_t i = next_; i < count_; ++i) {
      rd_kafka_message_t* message = messages_[i];
      const bool goes = std::any_of(partitions.begin(), partitions.end(), [&](const auto& one) {
        return is_of(*message, one);
      });
      if (goes) {
        rd_kafka_message_destroy(message);
      } else {
        messages_[kept++] = message;
      }
    }
    count_ = kept;
  }

 private:
  static bool is_of(const rd_kafka_message_t& message, const Partition& partition) {
    return message.rkt != nullptr && message.partition == partition.number &&
           partition.topic == rd_kafka_topic_name(message.rkt);
  }

  std::array<rd_kafka_message_t*, 64> messages_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

Consumer::Consumer(const Settings& settings, const std::string& group)
    : group_(group),
      state_(listening_state(settings)),
      handle_(make_handle(Role::consumer, make_config(reader_settings(settings, group), *state_))),
      queue_(rd_kafka_queue_get_consumer(handle_.get())),
      wake_(std::make_unique<QueueWake>(queue_.get())),
      alarm_(alarm_of(reader_settings(settings, group))),
      waiting_(std::make_unique<Waiting>()) {}

// librdkafka 2.0.2 does not come to an end when a topic was deleted while it was read: it waits for
// a reference to the broker that it has lost count of. Such a handle is left to the end of the
// process, which is near.
Consumer::~Consumer() {
  message_.reset();
  waiting_.reset();
  wake_.reset();
  queue_.reset();
  if (!state_->was_unknown()) return;
  // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): without memory the process ends anyway
  static auto* left = new std::vector<std::pair<std::unique_ptr<ClientState>, Handle>>;
  left->emplace_back(std::move(state_), std::move(handle_));
}

void Consumer::assign(const std::vector<Assignment>& partitions) {
  if (partitions.empty()) return;
  Offsets starts;
  for (const Assignment& assignment : partitions)
    starts[assignment.partition] = to_library_offset(assignment.start);
  const PartitionList list = to_list(starts);
  require(rd_kafka_incremental_assign(handle_.get(), list.get()), "begin to read partitions");
}

void Consumer::unassign(const std::vector<Partition>& partitions) {
  if (partitions.empty()) return;
  waiting_->drop(partitions);  // not the record at hand: it is looked at until the next poll()
  const PartitionList list = to_list(partitions);
  require(rd_kafka_incremental_unassign(handle_.get(), list.get()), "stop to read partitions");
}

Polled Consumer::poll(milliseconds wait) {
  message_.reset(waiting_->take());
  if (!message_) {
    waiting_->fill(queue_.get());
    message_.reset(waiting_->take());
  }
  if (!message_) message_.reset(rd_kafka_consumer_poll(handle_.get(), as_timeout(wait)));
  if (!message_) {
    look_at_queue();
    serve();
    return Polled::nothing;
  }
  if (message_->err != RD_KAFKA_RESP_ERR_NO_ERROR) return read_event(*message_);
  if (state_->down_since()) state_->note_reachable();
  read_message(*message_, record_);
  alarm_.taken(message_->len + message_->key_len);
  if (++unlooked_ >= kLookEvery) look_at_queue();
  return Polled::record;
}

void Consumer::look_at_queue() {
  unlooked_ = 0;
  if (rd_kafka_version() >= kLooksAgain) return;
  if (alarm_.is_due(rd_kafka_queue_length(queue_.get()))) wake_fetchers();
}

// Whatever is asked of the leaders of all partitions does; the answer is not waited for.
void Consumer::wake_fetchers() {
  rd_kafka_topic_partition_list_t* raw = nullptr;
  if (rd_kafka_assignment(handle_.get(), &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const PartitionList list(raw);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
  if (list->cnt > 0) (void)rd_kafka_offsets_for_times(handle_.get(), list.get(), 0);
}

void Consumer::serve() {
  rd_kafka_poll(handle_.get(), 0);
  state_->check();
}

Polled Consumer::read_event(const rd_kafka_message_s& message) {
  record_ = Record{};
  record_.topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
  record_.partition = message.partition;
  record_.offset = message.offset;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      return Polled::end_of_partition;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return Polled::out_of_range;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return Polled::missing;
    default:
      break;
  }
  const char* reason = rd_kafka_message_errstr(&message);
  const ErrorKind kind = kind_of(message.err);
  if (kind != ErrorKind::temporary) {
    const std::string what =
        record_.topic.empty() ? "from Kafka" : "topic \"" + std::string(record_.topic) + '"';
    throw failure(message.err, "read " + what, reason == nullptr ? "" : reason);
  }
  state_->note_error(handle_.get(), message.err, reason);
  state_->check();
  return Polled::nothing;
}

std::optional<std::int64_t> Consumer::known_end(const Partition& partition) const {
  std::int64_t first = -1;
  std::int64_t end = -1;
  const auto code = rd_kafka_get_watermark_offsets(
      handle_.get(), partition.topic.c_str(), partition.number, &first, &end);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR || end < 0) return std::nullopt;
  return end;
}

OffsetRange Consumer::offsets(const Partition& partition, milliseconds wait) {
  OffsetRange out;
  const auto code = rd_kafka_query_watermark_offsets(handle_.get(),
                                                     partition.topic.c_str(),
                                                     partition.number,
                                                     &out.begin,
                                                     &out.end,
                                                     as_timeout(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(code, "read the offsets of topic \"" + partition.topic + "\"");
  return out;
}

Offsets Consumer::ask_offsets(const Offsets& wanted, milliseconds wait) {
  if (wanted.empty()) return {};
  const PartitionList list = to_list(wanted);
  const auto code = rd_kafka_offsets_for_times(handle_.get(), list.get(), as_timeout(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "find the offsets of a time");
  for (int i = 0; i < list->cnt; ++i) {
    const auto error = list->elems[i].err;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw failure(error,
                    "find offsets of topic \"" + std::string(list->elems[i].topic) +
                        "\" partition " + std::to_string(list->elems[i].partition));
  }
  return from_list(*list, kOffsetEnd);
}

// What is negative means something else to brokers.
Offsets Consumer::offsets_for_time(const std::vector<Partition>& partitions,
                                   std::int64_t unix_milliseconds,
                                   milliseconds wait) {
  return ask_offsets(all_at(partitions, std::max<std::int64_t>(unix_milliseconds, 0)), wait);
}

Offsets Consumer::begins(const std::vector<Partition>& partitions, milliseconds wait) {
  return ask_offsets(all_at(partitions, RD_KAFKA_OFFSET_BEGINNING), wait);
}

Offsets Consumer::ends(const std::vector<Partition>& partitions, milliseconds wait) {
  return ask_offsets(all_at(partitions, RD_KAFKA_OFFSET_END), wait);
}

Offsets Consumer::committed(const std::vector<Partition>& partitions,
                            milliseconds wait,
                            std::set<Partition>* placed) {
  return committed_offsets(handle_.get(), partitions, wait, placed);
}

void Consumer::place(const Offsets& offsets) {
  const int code = try_commit(handle_.get(), *to_place(offsets));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "commit offsets");
}

std::vector<TopicInfo> Consumer::topics(milliseconds wait) {
  auto out = list_topics(handle_.get(), wait);
  serve();
  return out;
}

std::int32_t Consumer::partitions(const std::string& topic, milliseconds wait) {
  return count_partitions(handle_.get(), topic, wait);
}

std::size_t Consumer::members(milliseconds wait) {
  const rd_kafka_group_list* raw = nullptr;
  const auto code = rd_kafka_list_groups(handle_.get(), group_.c_str(), &raw, as_timeout(wait));
  serve();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw failure(code, "look at the group \"" + group_ + "\"");
  const std::unique_ptr<const rd_kafka_group_list, base::Releaser<rd_kafka_group_list_destroy>>
      list(raw);
  std::size_t out = 0;
  for (int i = 0; i < list->group_cnt; ++i)
    out += static_cast<std::size_t>(std::max(list->groups[i].member_cnt, 0));
  return out;
}

std::string Consumer::cluster_id(milliseconds wait) {
  char* text = rd_kafka_clusterid(handle_.get(), as_timeout(wait));
  serve();
  if (text == nullptr) throw failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "reach the Kafka cluster");
  std::string out = text;
  rd_kafka_mem_free(handle_.get(), text);
  return out;
}

std::optional<milliseconds> Consumer::down_for() const {
  const auto since = state_->down_since();
  if (!since) return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - *since);
}

bool Consumer::reachable(milliseconds wait) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(handle_.get(), 0, nullptr, &metadata, as_timeout(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  rd_kafka_metadata_destroy(metadata);
  state_->note_reachable();
  return true;
}

}  // namespace cdckit::kafka
