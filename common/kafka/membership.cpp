#include "common/kafka/membership.hpp"

#include "common/kafka/failure.hpp"
#include "common/kafka/partition_list.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

using base::Error;
using base::ErrorKind;

struct Membership::Shared : ClientState {
  Membership* member = nullptr;
  bool closing = false;
};

namespace {

// New topics and partitions are noticed after this time, with a group by the library.
constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::milliseconds kAnswer{2'000};

// A join that takes longer ends in another rebalance anyway; offsets are not held for ever.
constexpr std::chrono::seconds kLongestJoin{10};

// What a user may replace. A dead member loses its partitions after ten seconds; new topics that
// match a pattern are seen after five.
constexpr std::array<std::pair<const char*, const char*>, 3> kDefaults = {{
    {"session.timeout.ms", "10000"},
    {"heartbeat.interval.ms", "2000"},
    {"topic.metadata.refresh.interval.ms", "5000"},
}};

Settings member_settings(const Settings& settings,
                         const std::string& group,
                         const Subscription& subscription) {
  Settings out;
  for (const auto& [name, value] : kDefaults) out.push_back({name, value});
  out.push_back({"partition.assignment.strategy", default_assignment()});
  out.insert(out.end(), settings.begin(), settings.end());
  if (!group.empty()) out.push_back({"group.id", group});
  // offsets are committed when the other end of the pipe said so, never by a timer
  out.push_back({"enable.auto.commit", "false"});
  out.push_back({"enable.auto.offset.store", "false"});
  if (const std::string ignored = subscription.ignored(); !ignored.empty()) {
    const std::string_view given = find_setting(settings, "topic.blacklist");
    out.push_back(
        {"topic.blacklist", given.empty() ? ignored : std::string(given) + "," + ignored});
  }
  return out;
}

// What a rebalance refuses is committed after it, or read again by who has the partition then.
bool is_of_rebalance(int code) noexcept {
  return code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
         code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
}

}  // namespace

std::string default_assignment() {
  // below 2.3 a member that leaves before its first assignment aborts the process there
  constexpr int kSafe = 0x02030000;
  return rd_kafka_version() >= kSafe ? "cooperative-sticky" : "roundrobin";
}

Membership::Membership(const Settings& settings,
                       const std::string& group,
                       const Subscription& subscription)
    : shared_(std::make_unique<Shared>()), topics_(subscription.topics()) {
  shared_->member = this;
  if (group.empty()) alone_.emplace(Alone{subscription});
  Config config = make_config(member_settings(settings, group, subscription), *shared_);
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
  if (alone_) return;
  rd_kafka_poll_set_consumer(handle_.get());
  queue_.reset(rd_kafka_queue_get_consumer(handle_.get()));
  wake_ = std::make_unique<QueueWake>(queue_.get());
}

void Membership::QueueRelease::operator()(rd_kafka_queue_s* queue) const noexcept {
  rd_kafka_queue_destroy(queue);
}

// A handle that waits for an answer does not end.
Membership::~Membership() {
  shared_->closing = true;
  answer_waiting();
}

void Membership::subscribe() {
  if (alone_) return;
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics_.size())));
  for (const std::string& topic : topics_)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(handle_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "subscribe to the topics");
}

// Brokers that do not answer are their reader's matter.
void Membership::look_for_partitions() {
  alone_->look_at = std::chrono::steady_clock::now() + kLookEvery;
  Rebalance out;
  try {
    for (const TopicInfo& topic : list_topics(handle_.get(), kAnswer)) {
      if (!alone_->subscription.takes(topic.name)) continue;
      for (std::int32_t number = 0; number < topic.partitions; ++number) {
        Partition partition{topic.name, number};
        if (alone_->known.insert(partition).second) out.partitions.push_back(std::move(partition));
      }
    }
  } catch (const Error& error) {
    if (!error.retryable()) throw;
    log::info(std::string("could not look for new partitions: ") + error.what());
  }
  if (!out.partitions.empty()) waiting_.push_back(std::move(out));
}

std::optional<Rebalance> Membership::poll(std::chrono::milliseconds wait) {
  if (alone_) {
    if (std::chrono::steady_clock::now() >= alone_->look_at) look_for_partitions();
    rd_kafka_poll(handle_.get(), 0);
    shared_->check();
  } else {
    release_held();
    hear_group(waiting_.empty() ? wait : std::chrono::milliseconds(0));
  }
  if (waiting_.empty() || told_) return std::nullopt;
  told_ = true;
  return waiting_.front();
}

void Membership::hear_group(std::chrono::milliseconds wait) {
  using Message = base::UniqueHandle<rd_kafka_message_t, rd_kafka_message_destroy>;
  const Message message(rd_kafka_consumer_poll(handle_.get(), static_cast<int>(wait.count())));
  shared_->check();
  if (!message || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::string topic = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
  const bool unknown = message->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  // a pattern may match topics that come later; a topic that was named must be there
  if (unknown && !topic.starts_with('^'))
    throw Error(ErrorKind::unavailable, "could not find topic \"" + topic + "\"");
  const char* reason = rd_kafka_message_errstr(message.get());
  const std::string text = reason == nullptr ? "" : reason;
  if (!unknown && kind_of(message->err) != ErrorKind::temporary)
    throw failure(message->err, "read from Kafka", text);
  if (!unknown) shared_->note_error(handle_.get(), message->err, text.c_str());
}

void Membership::accept() {
  const bool assigned = waiting_.front().kind == Rebalance::Kind::assigned;
  const bool lost = waiting_.front().lost;
  waiting_.pop_front();
  told_ = false;
  if (assigned) {
    joining_ = std::max(joining_ - 1, 0);
  } else {
    // a cooperative member is given an empty assignment before it joins again
    joining_ = cooperative() && !lost ? 2 : 1;
    joining_until_ = std::chrono::steady_clock::now() + kLongestJoin;
    if (lost) held_.reset();
  }
  answer(assigned);
  release_held();
}

bool Membership::cooperative() const {
  const char* protocol = rd_kafka_rebalance_protocol(handle_.get());
  return protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
}

bool Membership::joining() const {
  return joining_ > 0 && std::chrono::steady_clock::now() < joining_until_;
}

void Membership::release_held() {
  if (held_ && !joining()) commit_soon(*std::exchange(held_, std::nullopt));
}

bool Membership::lost() const {
  return rd_kafka_assignment_lost(handle_.get()) != 0;
}

void Membership::on_rebalance(rd_kafka_s* /*handle*/,
                              int code,
                              rd_kafka_topic_partition_list_s* partitions,
                              void* opaque) {
  static_cast<Shared*>(static_cast<ClientState*>(opaque))->member->note(code, partitions);
}

void Membership::on_commit(rd_kafka_s* /*handle*/,
                           int code,
                           rd_kafka_topic_partition_list_s* /*partitions*/,
                           void* opaque) {
  static_cast<Shared*>(static_cast<ClientState*>(opaque))
      ->member->note_commit(code == RD_KAFKA_RESP_ERR_NO_ERROR);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  const char* reason = rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code));
  log::write(is_of_rebalance(code) ? log::Level::info : log::Level::warning,
             std::string("could not commit offsets, the next commit makes up for it: ") + reason);
}

void Membership::note(int code, const rd_kafka_topic_partition_list_s* partitions) {
  const bool assigned = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  const bool known = assigned || code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS;
  if (shared_->closing || !known) {
    answer(false);
    return;
  }
  Rebalance out;
  out.kind = assigned ? Rebalance::Kind::assigned : Rebalance::Kind::revoked;
  for (int i = 0; i < partitions->cnt; ++i)
    out.partitions.push_back(to_partition(partitions->elems[i]));
  out.lost = !assigned && lost();
  waiting_.push_back(std::move(out));
}

void Membership::answer_waiting() {
  if (!waiting_.empty()) answer(waiting_.front().kind == Rebalance::Kind::assigned);
  waiting_.clear();
}

// The library is told that nothing is to be fetched; the group's view is its own.
void Membership::answer(bool assigned) {
  if (alone_) return;
  const PartitionList none(rd_kafka_topic_partition_list_new(0));
  if (cooperative()) {
    const ErrorHandle error(assigned ? rd_kafka_incremental_assign(handle_.get(), none.get())
                                     : rd_kafka_incremental_unassign(handle_.get(), none.get()));
    if (error)
      shared_->note_error(
          handle_.get(), rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
    return;
  }
  const auto code = rd_kafka_assign(handle_.get(), assigned ? none.get() : nullptr);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    shared_->note_error(handle_.get(), code, rd_kafka_err2str(code));
}

// Answers come in the order of the questions, those of commits that were waited for too.
void Membership::note_commit(bool taken) {
  if (asked_.empty()) return;
  const auto asked = asked_.front();
  asked_.pop_front();
  if (taken) committed_.emplace_back(std::chrono::steady_clock::now() - asked);
}

std::vector<std::chrono::duration<double>> Membership::take_committed() {
  return std::exchange(committed_, {});
}

Committed Membership::commit(const Offsets& offsets) {
  if (!offsets.empty()) asked_.push_back(std::chrono::steady_clock::now());
  const int code = try_commit(handle_.get(), *to_list(offsets));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Committed::done;
  if (code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS) return Committed::rebalancing;
  if (is_of_rebalance(code)) return Committed::refused;
  throw failure(code, "commit offsets");
}

void Membership::commit_soon(const Offsets& offsets) {
  if (joining()) {
    held_ = offsets;
    return;
  }
  if (offsets.empty()) return;
  constexpr int kAsync = 1;
  const auto code = rd_kafka_commit(handle_.get(), to_list(offsets).get(), kAsync);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw failure(code, "commit offsets");
  asked_.push_back(std::chrono::steady_clock::now());
}

void Membership::close() {
  if (std::exchange(shared_->closing, true)) return;
  answer_waiting();
  if (alone_) return;
  const auto code = rd_kafka_consumer_close(handle_.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    log::info(std::string("could not leave the group: ") + rd_kafka_err2str(code));
}

}  // namespace cdckit::kafka
