// Partitions that come and go: the second half of ConsumeLoop.
#include "common/base/error.hpp"
#include "common/event/control.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/consume.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{10'000};

std::string text_of(const kafka::Partition& partition) {
  return "topic \"" + partition.topic + "\" partition " + std::to_string(partition.number);
}

}  // namespace

void ConsumeLoop::append_partitions(event::ControlKind kind,
                                    const std::vector<kafka::Partition>& partitions) {
  std::vector<event::TopicPartition> list;
  for (const kafka::Partition& partition : partitions)
    list.push_back({partition.topic, partition.number});
  event::append_partitions(end_.lines(), kind, list);
  end_.lines() += '\n';
}

void ConsumeLoop::assigned(std::vector<kafka::Assignment>& partitions) {
  rebalanced_ = Clock::now();
  if (partitions.empty()) return;
  std::vector<kafka::Partition> names;
  for (const kafka::Assignment& assignment : partitions) names.push_back(assignment.partition);
  const std::vector<std::int64_t> from = starts(names);
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    partitions[i].start = from[i];
    const std::int64_t end =
        options_.until == "end" ? consumer_.offsets(names[i], kAnswer).end : -1;
    progress_.assign(names[i], end, std::max<std::int64_t>(from[i], -1));
  }
  if (!end_.settings().control) return;
  append_partitions(event::ControlKind::assigned, names);
  end_.submit();
}

// Where to read each partition from: where this run left it, where the group or the ack file is, or
// what --from says.
std::vector<std::int64_t> ConsumeLoop::starts(const std::vector<kafka::Partition>& partitions) {
  const bool stored = from_.kind == From::Kind::stored || commits_.enabled();
  const bool has_group = !options_.group.empty();
  const kafka::Offsets committed =
      stored && has_group ? consumer_.committed(partitions, kAnswer) : kafka::Offsets{};
  kafka::Offsets by_time;
  if (from_.kind == From::Kind::time)
    by_time = consumer_.offsets_for_time(partitions, from_.value, kAnswer);
  std::vector<std::int64_t> out;
  for (const kafka::Partition& partition : partitions) {
    const auto found = committed.find(partition);
    const std::int64_t group_offset = found == committed.end() ? kafka::kNoOffset : found->second;
    const auto left = progress_.left_at(partition);
    if (left && commits_.enabled() && group_offset >= 0) {
      out.push_back(
          group_offset);  // others may have gone on from there, or we gave out unacknowledged rows
    } else if (left && !commits_.enabled()) {
      out.push_back(*left);
    } else if (from_.kind == From::Kind::stored) {
      out.push_back(resumed_at(partition, group_offset));
    } else if (from_.kind == From::Kind::beginning) {
      out.push_back(kafka::kOffsetBeginning);
    } else if (from_.kind == From::Kind::end) {
      out.push_back(kafka::kOffsetEnd);
    } else {
      out.push_back(from_.kind == From::Kind::time ? by_time.at(partition) : from_.value);
    }
  }
  return out;
}

std::int64_t ConsumeLoop::resumed_at(const kafka::Partition& partition, std::int64_t committed) {
  const auto acknowledged = earlier_.find(partition);
  if (acknowledged == earlier_.end() || acknowledged->second <= committed) {
    return committed >= 0 ? committed : kafka::kOffsetBeginning;
  }
  if (acknowledged->second > consumer_.offsets(partition, kAnswer).end) {
    throw Error(ErrorKind::unavailable,
                "could not resume " + text_of(partition) +
                    ": the ack file is ahead of it (offset " +
                    std::to_string(acknowledged->second) + ")",
                "Was the topic made anew? Then remove the ack file and begin with a new group.");
  }
  commits_.add(partition, acknowledged->second);
  return acknowledged->second;
}

void ConsumeLoop::revoked(const std::vector<kafka::Partition>& partitions, bool lost) {
  if (partitions.empty() || ended_) return;
  // the sink closes what belongs to them, then acknowledges what it made durable by that
  if (end_.settings().control) append_partitions(event::ControlKind::revoked, partitions);
  reach_here();
  const std::uint64_t seq = end_.checkpoint_now();
  end_.submit();
  if (commits_.enabled() && !lost) {
    if (!end_.wait_acknowledged(seq, options_.revoke_timeout, [] {}))
      log::warning("partitions are given away before their last lines were acknowledged");
    (void)commits_.poll();
    try {
      consumer_.commit(commits_.acknowledged());
    } catch (const Error& error) {
      log::warning(error.what());  // the next owner reads these lines again
    }
  }
  commits_.forget(partitions);
  progress_.revoke(partitions);
}

}  // namespace cdckit::kcat_cdc
