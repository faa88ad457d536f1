// tested by tests/integration/kcat-cdc/test_groups.py::test_dead_letters_there_and_back
#include "tools/kcat-cdc/commands/replay.hpp"

#include "common/base/error.hpp"
#include "common/cli/nearest.hpp"
#include "common/kafka/membership.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/consume/dead_letters.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds kAnswer{10'000};
constexpr milliseconds kSlice{100};
constexpr std::chrono::seconds kSilence{60};

// One run. It joins the group, so that two at once do not write the same letters.
class Replay {
 public:
  Replay(const Cluster& cluster, const std::string& topic, std::int64_t limit)
      : limit_(limit),
        reader_(cluster.settings, topic + ".replay"),
        member_(cluster.settings, topic + ".replay", kafka::Subscription({topic})),
        sender_(cluster.settings, cluster.patience) {}

  void run(const std::string& topic, const cli::Context& context, milliseconds patience) {
    const retry::Policy policy{.give_up_after = patience};
    (void)retry::run(policy, context.stop(), [&] { return reader_.cluster_id(kAnswer); });
    const std::int32_t count = reader_.partitions(topic, kAnswer);
    if (count == 0) refuse_missing(topic);
    std::vector<kafka::Partition> partitions;
    for (std::int32_t i = 0; i < count; ++i) partitions.push_back({topic, i});
    ends_ = reader_.ends(partitions, kAnswer);
    member_.subscribe();
    try {
      write_back(topic, context);
    } catch (const Error& error) {
      leave_after(error);
      throw;
    }
    settle();
    member_.close();
  }

  void write_back(const std::string& topic, const cli::Context& context) {
    auto heard = Clock::now();
    while (!context.stop().stop_requested() && !done()) {
      serve_group();
      const kafka::Polled polled = reader_.poll(kSlice);
      if (polled != kafka::Polled::nothing) heard = Clock::now();
      if (polled == kafka::Polled::record) on_record();
      if (log::own_progress().wanted()) log::own_progress().tell({.rows = written_});
      if (polled == kafka::Polled::end_of_partition) moved_to(reader_.record().offset);
      if (Clock::now() - heard > kSilence)
        throw Error(ErrorKind::temporary, "could not read topic \"" + topic + "\" to its end");
    }
  }

  // One letter that cannot go back: those before it have, and do not go again.
  void leave_after(const Error& error) {
    if (error.retryable()) return;
    try {
      settle();
    } catch (const Error& again) {
      log::warning(again.what());
    }
    member_.close();
  }

  [[noreturn]] void refuse_missing(const std::string& topic) {
    std::vector<std::string> names;
    for (const kafka::TopicInfo& one : reader_.topics(kAnswer)) names.push_back(one.name);
    throw Error(ErrorKind::unavailable,
                "could not find topic \"" + topic + "\"",
                cli::near_miss_hint(topic, names));
  }

  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  [[nodiscard]] bool done() const {
    if (limit_ >= 0 && written_ >= static_cast<std::uint64_t>(limit_)) return true;
    return joined_ && std::all_of(next_.begin(), next_.end(), [&](const auto& entry) {
             return entry.second >= ends_.at(entry.first);
           });
  }

  void serve_group() {
    const auto rebalance = member_.poll();
    if (!rebalance) return;
    if (rebalance->kind == kafka::Rebalance::Kind::assigned) {
      joined_ = true;
      const auto committed = reader_.committed(rebalance->partitions, kAnswer);
      const auto begins = reader_.begins(rebalance->partitions, kAnswer);
      std::vector<kafka::Assignment> wanted;
      for (const kafka::Partition& partition : rebalance->partitions) {
        next_[partition] = std::max(committed.at(partition), begins.at(partition));
        ends_.try_emplace(partition, 0);
        wanted.push_back({partition, next_[partition]});
      }
      reader_.assign(wanted);
    } else {
      reader_.unassign(rebalance->partitions);
      if (!rebalance->lost) settle();
      for (const kafka::Partition& partition : rebalance->partitions) next_.erase(partition);
    }
    member_.accept();
  }

  void on_record() {
    const kafka::Record& letter = reader_.record();
    const kafka::Partition partition{std::string(letter.topic), letter.partition};
    const auto at = next_.find(partition);
    if (at == next_.end() || letter.offset >= ends_.at(partition)) return;
    const auto origin = origin_of(letter);
    if (!origin) {
      ++left_out_;
      log::warning("topic \"" + partition.topic + "\" partition " +
                   std::to_string(partition.number) + " offset " + std::to_string(letter.offset) +
                   ": it is no dead letter and is left out");
    } else {
      write(letter, *origin);
    }
    at->second = letter.offset + 1;
  }

  void write(const kafka::Record& letter, const Origin& origin) {
    kafka::Outgoing out;
    const auto known = topics_.find(origin.topic);
    out.topic = known == topics_.end()
                    ? topics_.emplace(origin.topic, sender_.topic(origin.topic)).first->second
                    : known->second;
    out.key = letter.key;
    out.value = letter.value;
    out.headers = origin.headers;
    out.partition = origin.partition;
    out.timestamp_ms = std::max<std::int64_t>(letter.timestamp_ms, 0);
    sender_.send(out);
    ++written_;
  }

  void moved_to(std::int64_t offset) {
    const auto at = next_.find({std::string(reader_.record().topic), reader_.record().partition});
    if (at != next_.end()) at->second = std::max(at->second, offset);
  }

  // What was written back is durable before its place is.
  void settle() {
    sender_.settle();
    if (next_.empty() || member_.commit(next_) == kafka::Committed::done) return;
    throw base::Error(base::ErrorKind::temporary,
                      "could not commit how far dead letters are written back: the group "
                      "rebalances",
                      "Another process replays them too; the next run writes some of them again.");
  }

  std::int64_t limit_;
  kafka::Consumer reader_;
  kafka::Membership member_;
  RecordSender sender_;
  kafka::Offsets ends_;
  kafka::Offsets next_;
  std::map<std::string, kafka::TopicId> topics_;
  bool joined_ = false;
  std::uint64_t written_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace

ExitCode replay(const Cluster& cluster, const CommandOptions& options, cli::Context& context) {
  if (options.topics.size() != 1 || options.topics.front().starts_with('^'))
    throw Error(ErrorKind::usage, "the flag --topic (-t) must name one topic of dead letters");
  if (options.limit == 0)
    throw Error(ErrorKind::usage, "could not use --limit: 0 records are no work");
  const std::string& topic = options.topics.front();
  const auto began = Clock::now();
  Replay run(cluster, topic, options.limit);
  run.run(topic, context, cluster.patience);
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - began).count();
  std::string receipt = R"({"tool":"kcat-cdc","replayed":)";
  ndjson::append_string(receipt, topic);
  receipt += ",\"records\":" + std::to_string(run.written()) +
             ",\"left_out\":" + std::to_string(run.left_out()) + ",\"ms\":" + std::to_string(took) +
             "}";
  ndjson::Writer output(1, ndjson::Writer::Flush::when_full);
  output.write(receipt);
  output.flush();
  return run.left_out() > 0 ? ExitCode::differences : ExitCode::done;
}

}  // namespace cdckit::kcat_cdc
