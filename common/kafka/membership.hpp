// A member of a consumer group: which partitions are ours, and what may be committed of them. It
// fetches nothing; Consumer reads. A rebalance is told by poll() and waits until the owner accepts
// it, so that what was read can be acknowledged first while other partitions are read on.
//
// Without a group there is no member: all partitions of the topics are ours, those that come later
// too, and nothing is committed.
//
// One thread, which must poll more often than max.poll.interval.ms.
#pragma once

#include "common/kafka/client.hpp"
#include "common/kafka/consumer.hpp"
#include "common/kafka/queue_wake.hpp"
#include "common/kafka/settings.hpp"
#include "common/kafka/subscription.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming): the library's own names
struct rd_kafka_topic_partition_list_s;
// NOLINTEND(readability-identifier-naming)

namespace cdckit::kafka {

struct Rebalance {
  enum class Kind { assigned, revoked } kind = Kind::assigned;
  std::vector<Partition> partitions;
  bool lost = false;  // the group gave them away already: commits would fail
};

// What became of a commit.
enum class Committed {
  done,
  rebalancing,  // the group is not settled: the same again in a moment
  refused,      // the group has gone on without this member: others read on from what was committed
};

// cooperative-sticky, or roundrobin where the library cannot do that safely.
std::string default_assignment();

class Membership {
 public:
  // An empty `group`: none.
  Membership(const Settings& settings, const std::string& group, const Subscription& subscription);
  ~Membership();
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  // Begins to join.
  void subscribe();
  // What the group wants, at most one until accept(). Throws unavailable for a named topic that
  // does not exist, and what ends the membership for good.
  std::optional<Rebalance> poll(std::chrono::milliseconds wait = {});
  // Readable when poll() has something, -1 without a group: then it looks now and then.
  [[nodiscard]] int wake_fd() const noexcept { return wake_ ? wake_->fd() : -1; }
  void clear_wake() const noexcept {
    if (wake_) wake_->clear();
  }
  // What poll() told is done; the group goes on.
  void accept();
  // Whether what is to be given away was given to others already.
  [[nodiscard]] bool lost() const;

  // Between a revocation and what is assigned next: see commit_soon().
  [[nodiscard]] bool joining() const;

  // Waits for the brokers' answer. Throws temporary when it did not come about.
  [[nodiscard]] Committed commit(const Offsets& offsets);
  // Does not wait; a failure is logged and made good by a later commit. Between a revocation and
  // what is assigned next the offsets wait: a commit that meets the group's new generation makes
  // the library give up all partitions.
  void commit_soon(const Offsets& offsets);
  // How long each commit took that the group has taken since the last call.
  std::vector<std::chrono::duration<double>> take_committed();
  // Leaves the group, once.
  void close();

 private:
  struct Shared;
  // What there is to know without a group.
  struct Alone {
    Subscription subscription;
    std::set<Partition> known = {};
    std::chrono::steady_clock::time_point look_at = {};
  };

  void look_for_partitions();
  void hear_group(std::chrono::milliseconds wait);
  static void on_rebalance(rd_kafka_s* handle,
                           int code,
                           rd_kafka_topic_partition_list_s* partitions,
                           void* opaque);
  static void on_commit(rd_kafka_s* handle,
                        int code,
                        rd_kafka_topic_partition_list_s* partitions,
                        void* opaque);
  void note_commit(bool taken);
  void note(int code, const rd_kafka_topic_partition_list_s* partitions);
  void answer(bool assigned);
  void answer_waiting();
  [[nodiscard]] bool cooperative() const;
  void release_held();

  std::unique_ptr<Shared> shared_;
  std::vector<std::string> topics_;
  std::optional<Alone> alone_;
  std::deque<Rebalance> waiting_;
  bool told_ = false;  // the first of them
  int joining_ = 0;    // how many assignments come before the group is joined again
  std::chrono::steady_clock::time_point joining_until_{};
  std::optional<Offsets> held_;
  std::deque<std::chrono::steady_clock::time_point> asked_;  // commits without an answer
  std::vector<std::chrono::duration<double>> committed_;
  Handle handle_;
  struct QueueRelease {
    void operator()(rd_kafka_queue_s* queue) const noexcept;
  };
  std::unique_ptr<rd_kafka_queue_s, QueueRelease> queue_;  // with a group
  std::unique_ptr<QueueWake> wake_;
};

}  // namespace cdckit::kafka
