#include "tools/kcat-cdc/commands/reset.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/kafka/subscription.hpp"
#include "common/log/log.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/consume/consume_options.hpp"
#include "tools/kcat-cdc/topics/missing_topic.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"
#include "tools/kcat-cdc/value/line_builder.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{10'000};
constexpr milliseconds kSilence{60'000};

// A position of a change, or of a commit: what a commit holds lies at or below it.
std::string read_position(const std::string& text) {
  if (event::parse_position(text)) return text;
  const auto lsn = event::parse_lsn(text);
  if (!lsn) return {};
  return event::to_text({*lsn, std::numeric_limits<std::uint64_t>::max()});
}

// What was found of a position: the first record of each partition above it, where there is none
// the partition's end; and the topics whose records have positions at all.
struct Found {
  kafka::Offsets offsets;
  std::set<std::string> topics;
};

// Positions do not simply grow in a partition (what was sent again, snapshots), so all is looked at
// from the beginning.
Found find_position(kafka::Consumer& consumer,
                    const kafka::Offsets& begins,
                    const kafka::Offsets& ends,
                    const std::string& position) {
  Found out{ends, {}};
  kafka::Offsets open;
  std::vector<kafka::Assignment> wanted;
  for (const auto& [partition, end] : ends) {
    if (begins.at(partition) >= end) continue;
    open[partition] = end;
    wanted.push_back({partition, begins.at(partition)});
  }
  consumer.assign(wanted);
  auto heard = std::chrono::steady_clock::now();
  while (!open.empty()) {
    const kafka::Polled polled = consumer.poll(milliseconds(100));
    const auto now = std::chrono::steady_clock::now();
    if (polled == kafka::Polled::nothing) {
      if (now - heard > kSilence)
        throw Error(ErrorKind::temporary, "could not read the topics to their ends");
      continue;
    }
    heard = now;
    const kafka::Record& record = consumer.record();
    const kafka::Partition partition{std::string(record.topic), record.partition};
    const auto at = open.find(partition);
    if (at == open.end()) continue;
    const bool data = polled == kafka::Polled::record;
    const std::string_view here = data ? find_header(record, kPosHeader) : std::string_view{};
    if (!here.empty()) out.topics.insert(partition.topic);
    const bool found = data && record.offset < at->second && here > position;
    if (found) out.offsets[partition] = record.offset;
    if (!found && record.offset + (data ? 1 : 0) < at->second) continue;
    open.erase(at);
    consumer.unassign({partition});
  }
  return out;
}

// Records of others (Debezium's) have no position: the end would skip them all.
kafka::Offsets at_position(kafka::Consumer& consumer,
                           const kafka::Offsets& begins,
                           const kafka::Offsets& ends,
                           const std::string& position) {
  Found found = find_position(consumer, begins, ends, position);
  std::set<std::string> without;
  for (const auto& [partition, end] : ends) {
    if (begins.at(partition) < end && !found.topics.contains(partition.topic))
      without.insert(partition.topic);
  }
  if (found.topics.empty() && !without.empty()) {
    throw Error(ErrorKind::unavailable,
                "could not find a position in topic \"" + *without.begin() +
                    "\": its records have none (no header cdc.pos)",
                "Say a time or an offset: --to @TIME.");
  }
  for (const std::string& topic : without) {
    std::erase_if(found.offsets, [&](const auto& entry) { return entry.first.topic == topic; });
    if (!is_schema_topic(topic))
      log::warning("topic \"" + topic +
                   "\": its records have no position, the group stays where it is");
  }
  return std::move(found.offsets);
}

kafka::Offsets resolve(kafka::Consumer& consumer,
                       const ResetTarget& target,
                       const std::vector<kafka::Partition>& partitions) {
  kafka::Offsets begins = consumer.begins(partitions, kAnswer);
  kafka::Offsets ends = consumer.ends(partitions, kAnswer);
  switch (target.kind) {
    case ResetTarget::Kind::beginning:
      return begins;
    case ResetTarget::Kind::end:
      return ends;
    case ResetTarget::Kind::position:
      return at_position(consumer, begins, ends, target.position);
    case ResetTarget::Kind::time: {
      kafka::Offsets out = consumer.offsets_for_time(partitions, target.value, kAnswer);
      for (auto& [partition, offset] : out) {
        if (offset < 0) offset = ends.at(partition);
      }
      return out;
    }
    case ResetTarget::Kind::offset:
      break;
  }
  kafka::Offsets out;
  for (const kafka::Partition& partition : partitions) {
    const std::int64_t end = ends.at(partition);
    if (target.value > end)
      log::warning("topic \"" + partition.topic + "\" partition " +
                   std::to_string(partition.number) + " ends at " + std::to_string(end) +
                   ": the group goes there");
    out[partition] = std::clamp(target.value, begins.at(partition), end);
  }
  return out;
}

}  // namespace

ResetTarget parse_reset(const std::string& text) {
  using Kind = ResetTarget::Kind;
  if (text == "beginning") return {Kind::beginning, 0, {}};
  if (text == "end") return {Kind::end, 0, {}};
  if (text.starts_with('@')) return {Kind::time, parse_from(text).value, {}};
  constexpr std::size_t kLsnDigits = 16;  // as checkpoints write it; no offset is that long
  if (text.find('/') != std::string::npos || text.size() == kLsnDigits) {
    std::string position = read_position(text);
    if (!position.empty()) return {Kind::position, 0, std::move(position)};
  }
  const auto offset = base::parse_unsigned(text);
  if (!offset || *offset > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw Error(ErrorKind::usage,
                "could not read --to \"" + text +
                    "\": beginning, end, @TIME, an offset or a position such as 0/16B3748");
  }
  return {Kind::offset, static_cast<std::int64_t>(*offset), {}};
}

ExitCode reset_group(const Cluster& cluster, const CommandOptions& options, cli::Context& context) {
  const ResetTarget target = parse_reset(options.to);
  kafka::Consumer consumer(cluster.settings, options.group);
  const retry::Policy policy{.give_up_after = cluster.patience};
  (void)retry::run(policy, context.stop(), [&] { return consumer.cluster_id(kAnswer); });
  if (const std::size_t members = consumer.members(kAnswer); members > 0) {
    throw Error(ErrorKind::temporary,
                "could not reset group \"" + options.group + "\": it has " +
                    std::to_string(members) + (members == 1 ? " member" : " members"),
                "Stop its consumers first; one that was killed is a member until its session is "
                "over.");
  }
  const kafka::Subscription wanted(options.topics);
  std::vector<kafka::Partition> partitions;
  const auto topics = consumer.topics(kAnswer);
  require_topics(options.topics, names_of(topics), true);
  for (const kafka::TopicInfo& topic : topics) {
    if (!wanted.takes(topic.name)) continue;
    for (std::int32_t i = 0; i < topic.partitions; ++i) partitions.push_back({topic.name, i});
  }
  consumer.place(resolve(consumer, target, partitions));
  print_lags(options, read_lags(consumer, options.topics));
  return ExitCode::done;
}

}  // namespace cdckit::kcat_cdc
