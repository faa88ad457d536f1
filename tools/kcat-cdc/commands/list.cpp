// tested by tests/integration/kcat-cdc/test_groups.py::test_lag_of_all_kinds
#include "tools/kcat-cdc/commands/list.hpp"

#include "common/base/error.hpp"
#include "common/cli/nearest.hpp"
#include "common/cli/text_table.hpp"
#include "common/kafka/admin.hpp"
#include "common/kafka/subscription.hpp"
#include "common/ndjson/writer.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/topics/missing_topic.hpp"

#include <set>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{5'000};
constexpr milliseconds kWatchEvery{2'000};

template <class Operation>
auto patiently(const Cluster& cluster, const cli::Context& context, Operation operation) {
  const retry::Policy policy{.give_up_after = cluster.patience};
  return retry::run(policy, context.stop(), operation);
}

template <class Item>
void print_list(const CommandOptions& options,
                const std::vector<Item>& items,
                std::string (*line)(const Item&),
                std::string (*table)(const std::vector<Item>&)) {
  ndjson::Writer output(1, ndjson::Writer::Flush::when_full);
  if (cli::wants_table(options.table_format)) {
    std::string text = table(items);
    text.pop_back();  // the writer ends the line
    output.write(text);
  } else {
    for (const Item& item : items) output.write(line(item));
  }
  output.flush();
}

// A group that has neither members nor offsets is a slip of the pen, not one without lag.
void require_group(const Cluster& cluster, const std::string& name) {
  kafka::Admin admin(cluster.settings);
  std::vector<std::string> names;
  for (const auto& group : admin.groups(kAnswer)) {
    if (group.name == name && group.state != "Dead") return;
    names.push_back(group.name);
  }
  const std::string near = cli::near_miss_hint(name, names);
  throw Error(ErrorKind::unavailable,
              "could not find group \"" + name + "\"",
              near.empty() ? "kcat-cdc groups lists those that there are." : near);
}

// What is there, not what this reader would be shown: unfinished transactions are lag too.
kafka::Settings lag_settings(const Cluster& cluster) {
  kafka::Settings out = cluster.settings;
  out.push_back({"isolation.level", "read_uncommitted"});
  return out;
}

}  // namespace

ExitCode list_topics(const Cluster& cluster, const CommandOptions& options, cli::Context& context) {
  kafka::Admin admin(cluster.settings);
  print_list(options,
             patiently(cluster, context, [&] { return admin.topics(kAnswer); }),
             topic_line,
             topic_table);
  return ExitCode::done;
}

ExitCode list_groups(const Cluster& cluster, const CommandOptions& options, cli::Context& context) {
  kafka::Admin admin(cluster.settings);
  print_list(options,
             patiently(cluster, context, [&] { return admin.groups(kAnswer); }),
             group_line,
             group_table);
  return ExitCode::done;
}

std::vector<Lag> read_lags(kafka::Consumer& consumer, const std::vector<std::string>& topics) {
  const kafka::Subscription named(topics);
  std::vector<kafka::Partition> partitions;
  std::set<std::string> wanted;
  const auto present = consumer.topics(kAnswer);
  require_topics(topics, names_of(present), true);
  for (const kafka::TopicInfo& topic : present) {
    if (named.takes(topic.name)) wanted.insert(topic.name);
    if (!topics.empty() && !named.takes(topic.name)) continue;
    if (topics.empty() && topic.name.starts_with("__")) continue;
    for (std::int32_t i = 0; i < topic.partitions; ++i) partitions.push_back({topic.name, i});
  }
  const kafka::Offsets committed = consumer.committed(partitions, kAnswer);
  for (const auto& [partition, offset] : committed) {
    if (offset >= 0) wanted.insert(partition.topic);
  }
  std::erase_if(partitions, [&](const kafka::Partition& partition) {
    return !wanted.contains(partition.topic);
  });
  const kafka::Offsets begins = consumer.begins(partitions, kAnswer);
  const kafka::Offsets ends = consumer.ends(partitions, kAnswer);
  std::vector<Lag> out;
  for (const kafka::Partition& partition : partitions) {
    Lag lag{consumer.group(), partition, {}, {begins.at(partition), ends.at(partition)}};
    if (committed.at(partition) >= 0) lag.committed = committed.at(partition);
    out.push_back(std::move(lag));
  }
  return out;
}

void print_lags(const CommandOptions& options, const std::vector<Lag>& lags) {
  print_list(options, lags, lag_line, lag_table);
}

ExitCode list_lag(const Cluster& cluster, const CommandOptions& options, cli::Context& context) {
  kafka::Consumer consumer(lag_settings(cluster), options.group);
  for (;;) {
    const auto lags =
        patiently(cluster, context, [&] { return read_lags(consumer, options.topics); });
    if (lags.empty()) require_group(cluster, options.group);
    print_lags(options, lags);
    if (!options.watch || context.stop().sleep_for(kWatchEvery)) return ExitCode::done;
  }
}

}  // namespace cdckit::kcat_cdc
