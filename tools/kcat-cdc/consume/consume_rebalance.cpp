// Partitions that come and go: the second half of ConsumeLoop. What is to be given away is read no
// more and told downstream; it is let go when that is acknowledged, or its time is up. Partitions
// that stay are read on meanwhile.
#include "common/base/check.hpp"
#include "common/base/error.hpp"
#include "common/event/control.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/consume/consume.hpp"

#include <algorithm>
#include <set>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{10'000};
constexpr milliseconds kLook{20};

// The next owner reads these lines again.
void say_refused() {
  log::warning(
      "the group went on without this member: what was acknowledged last is not committed, and is "
      "read again");
}

}  // namespace

void ConsumeLoop::append_partitions(event::ControlKind kind,
                                    const std::vector<kafka::Partition>& partitions) {
  if (!end_.settings().control || partitions.empty()) return;
  std::vector<event::TopicPartition> list;
  for (const kafka::Partition& partition : partitions)
    list.push_back({partition.topic, partition.number});
  event::append_partitions(end_.lines(), kind, list);
  end_.lines() += '\n';
}

void ConsumeLoop::serve_group() {
  if (handover_) hand_over_if_ready();
  const auto rebalance = member_.poll();
  if (!rebalance) return;
  watch_.rebalanced();
  if (rebalance->kind == kafka::Rebalance::Kind::revoked) {
    revoked(*rebalance);
    return;
  }
  assigned(rebalance->partitions);
  member_.accept();
}

void ConsumeLoop::assigned(const std::vector<kafka::Partition>& partitions) {
  if (partitions.empty()) return;
  if (starts_.from().kind == From::Kind::time) {
    std::vector<kafka::Partition> late;
    std::copy_if(partitions.begin(), partitions.end(), std::back_inserter(late), [&](auto& one) {
      return starts_.needs_lookup(one);
    });
    starts_.note(patiently([&] { return resolve_from(late); }));
  }
  const auto stored = committed(partitions);
  std::vector<kafka::Assignment> wanted;
  for (const kafka::Partition& partition : partitions) {
    const Starts::Start start = start_of(partition, stored.at(partition));
    begin_reading(progress_.assign(partition, start.offset), start, wanted);
  }
  append_partitions(event::ControlKind::assigned, partitions);
  consumer_.assign(wanted);
}

std::map<kafka::Partition, Starts::Committed> ConsumeLoop::committed(
    const std::vector<kafka::Partition>& partitions) {
  std::map<kafka::Partition, Starts::Committed> out;
  for (const kafka::Partition& partition : partitions) out[partition] = {};
  if (options_.group.empty()) return out;
  std::set<kafka::Partition> placed;
  const kafka::Offsets offsets =
      patiently([&] { return consumer_.committed(partitions, kAnswer, &placed); });
  for (const auto& [partition, offset] : offsets)
    out[partition] = {offset, placed.contains(partition)};
  return out;
}

void ConsumeLoop::begin_reading(PartitionProgress& at,
                                const Starts::Start& start,
                                std::vector<kafka::Assignment>& wanted) {
  at.older_than_ms = start.older_than_ms;
  // what the ack file alone says is of the topic that the file beside it knows
  if (start.from_ack && at.mark.offset < 0) at.mark = watch_.marks().of(at.partition);
  const bool proves = at.older_than_ms > 0 || (start.from_ack && at.mark.offset >= 0);
  if (proves) at.done = false;  // it is looked at even when nothing more is wanted
  at.reading = !at.done;
  if (at.reading) wanted.push_back({at.partition, TopicProof::begin(at, start.offset)});
}

Starts::Start ConsumeLoop::start_of(const kafka::Partition& partition,
                                    const Starts::Committed& committed) {
  watch_.stored(partition, committed.offset);
  const Starts::Start start =
      starts_.of(partition, committed, progress_.left_at(partition), commits_.durable(partition));
  if (!start.from_ack) return start;
  if (start.offset > patiently([&] { return consumer_.offsets(partition, kAnswer); }).end) {
    throw Error(ErrorKind::unavailable,
                "could not resume topic \"" + partition.topic + "\" partition " +
                    std::to_string(partition.number) + ": the ack file is ahead of it (offset " +
                    std::to_string(start.offset) + ")",
                "Was the topic made anew? Then say where to go on with kcat-cdc groups reset.");
  }
  commits_.add(partition, start.offset);
  return start;
}
void ConsumeLoop::revoked(const kafka::Rebalance& rebalance) {
  base::require_invariant(!handover_, "one rebalance is settled before the next begins");
  if (consumer_.in_doubt()) watch_.proof().look_again(progress_, nullptr, 0);
  forget_doubtful();
  std::vector<kafka::Partition> reading;
  for (const kafka::Partition& partition : rebalance.partitions) {
    watch_.forget(partition);
    PartitionProgress* at = progress_.find(partition.topic, partition.number);
    if (at != nullptr && at->reading) reading.push_back(partition);
  }
  consumer_.unassign(reading);
  if (!rebalance.lost) require_topics(rebalance.partitions);
  // the sink closes what belongs to them, then acknowledges what it made durable by that
  append_partitions(event::ControlKind::revoked, rebalance.partitions);
  (void)cover();
  handover_ = Handover{rebalance.partitions, end_.checkpoint_now(), {}};
  handover_->deadline = Clock::now() + options_.revoke_timeout;
  end_.submit();
  progress_.revoke(rebalance.partitions);
  if (rebalance.lost || !commits_.enabled() || rebalance.partitions.empty()) {
    let_go(false);
    return;
  }
  hand_over_if_ready();
}

void ConsumeLoop::hand_over_if_ready() {
  (void)commits_.poll();
  backlog_.acknowledged(commits_.number());
  if (member_.lost()) {
    let_go(false);
    return;
  }
  const bool acknowledged = handover_->seq > 0 ? end_.covers(handover_->seq) : backlog_.open() == 0;
  if (!acknowledged && Clock::now() < handover_->deadline) return;
  if (!acknowledged)
    log::warning("partitions are given away before their last lines were acknowledged");
  let_go(true);
}

void ConsumeLoop::let_go(bool commit) {
  if (commit) {
    try {
      if (member_.commit(commits_.acknowledged()) != kafka::Committed::done) say_refused();
    } catch (const Error& error) {
      log::warning(error.what());  // the next owner reads these lines again
    }
  }
  commits_.forget(handover_->partitions);
  handover_.reset();
  member_.accept();
}

// At the end of a run. A group that goes on without this member loses nothing by that: it is no
// failure.
std::optional<Error> ConsumeLoop::commit_last() {
  const auto patience = std::min(watch_.retry_for(), kAnswer);
  const auto deadline = Clock::now() + patience;
  try {
    for (;;) {
      follow_rebalance(deadline);
      // not for long: who is a member no more commits nothing
      const auto became =
          patiently(patience, [&] { return member_.commit(commits_.acknowledged()); });
      if (became == kafka::Committed::done) return std::nullopt;
      if (became == kafka::Committed::rebalancing && Clock::now() < deadline) continue;
      say_refused();
      return std::nullopt;
    }
  } catch (const Error& error) {
    return error;
  }
}

// Until commits can be taken: the group waits for this member's answer, or has settled. What it has
// given away already is committed no more.
void ConsumeLoop::follow_rebalance(Clock::time_point deadline) {
  if (options_.group.empty()) return;
  while (!handover_) {
    const auto rebalance = member_.poll(kLook);
    if (rebalance && rebalance->lost) commits_.forget(rebalance->partitions);
    if (rebalance && rebalance->kind == kafka::Rebalance::Kind::revoked) return;
    if (rebalance) {
      member_.accept();
    } else if (!member_.joining() || commits_.acknowledged().empty() || Clock::now() >= deadline) {
      return;
    }
  }
  if (member_.lost()) commits_.forget(handover_->partitions);
}

// What was read of one topic is not to be committed for another of its name.
void ConsumeLoop::forget_doubtful() {
  std::vector<kafka::Partition> doubtful;
  progress_.for_each([&](const PartitionProgress& at) {
    if (at.doubtful()) doubtful.push_back(at.partition);
  });
  commits_.forget(doubtful);
}

// Taken away since its topic is gone: that is no other member's gain.
void ConsumeLoop::require_topics(const std::vector<kafka::Partition>& partitions) {
  std::set<std::string> topics;
  for (const kafka::Partition& partition : partitions) topics.insert(partition.topic);
  for (const std::string& topic : topics) {
    if (patiently([&] { return consumer_.partitions(topic, kAnswer); }) > 0) continue;
    throw Error(ErrorKind::unavailable,
                "could not go on with topic \"" + topic + "\": it was deleted",
                "Was it made anew? Then begin with a new group, or kcat-cdc groups reset.");
  }
}

}  // namespace cdckit::kcat_cdc
