#include "tools/kcat-cdc/topics/topic_book.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLimitAgain{250};             // of brokers that were slow before
constexpr std::uint64_t kOrdinaryLimit = 1'000'000;  // batches are never larger
constexpr milliseconds kSettling{50};
constexpr milliseconds kSettled{15'000};

void log_retry(const Error& error, milliseconds /*pause*/) {
  log::info(std::string("will try again: ") + error.what());
}

}  // namespace

TopicBook::TopicBook(kafka::Producer& producer,
                     kafka::Settings settings,
                     TopicPolicy policy,
                     signals::StopToken stop,
                     std::function<void()> reopen)
    : producer_(producer),
      settings_(std::move(settings)),
      policy_(std::move(policy)),
      stop_(stop),
      reopen_(std::move(reopen)) {}

OpenTopic TopicBook::open(const std::string& name) {
  return open_or_create({name, policy_.partitions, policy_.replication, policy_.config}).topic;
}

kafka::TopicId TopicBook::open_compacted(const std::string& name) {
  return open_keeping({name, 1, policy_.replication, {{"cleanup.policy", "compact"}}});
}

// A record a second: small segments, so that what is old can be cleaned soon.
kafka::TopicId TopicBook::open_positions(const std::string& name) {
  const kafka::TopicId id = open_keeping({name,
                                          1,
                                          policy_.replication,
                                          {{"cleanup.policy", "compact"},
                                           {"segment.bytes", "1048576"},
                                           {"min.cleanable.dirty.ratio", "0.1"}}});
  if (producer_.partitions(id) > 1) {
    throw Error(ErrorKind::config,
                "could not use topic \"" + name + "\" for positions: it has " +
                    std::to_string(producer_.partitions(id)) + " partitions",
                "A position topic has one; name another with --position-topic.");
  }
  return id;
}

kafka::TopicId TopicBook::open_keeping(kafka::NewTopic topic) {
  const OpenTopic open = open_or_create(topic).topic;
  if (!open.facts.deletes()) return open.id;
  throw Error(ErrorKind::config,
              "could not use topic \"" + topic.name + "\": it has cleanup.policy=" +
                  open.facts.cleanup + ", which deletes records that are still needed",
              "Set its cleanup.policy to compact.");
}

TopicBook::Known& TopicBook::open_or_create(const kafka::NewTopic& topic) {
  const auto known = known_.find(topic.name);
  if (known != known_.end()) return known->second;
  return known_.emplace(topic.name, look_up(topic)).first->second;
}

TopicBook::Known TopicBook::look_up(const kafka::NewTopic& topic) {
  const auto found = find(topic.name);
  if (!found && !policy_.create) {
    throw Error(ErrorKind::unavailable,
                "could not use topic \"" + topic.name + "\": it does not exist",
                "Create it, or leave out --no-create.");
  }
  Known known;
  known.topic.id = found ? *found : create(topic);
  known.created = !found;
  const auto facts = ask(topic.name);
  if (!facts) return known;
  known.topic.facts = *facts;
  if (facts->most_bytes) respect_limit(*facts->most_bytes);
  const std::string other = difference(
      topic.partitions, topic.config, producer_.partitions(known.topic.id), known.topic.facts);
  if (found && !other.empty()) {
    log::warning("topic \"" + topic.name + "\" is there already and " + other +
                 ": it is used as it is");
  }
  return known;
}

// Nothing when the brokers do not tell. Those that know no such request are asked once; what was
// only slow, or is not allowed for one topic, is asked again for the next.
std::optional<TopicFacts> TopicBook::ask(const std::string& name) {
  if (!asks_) return std::nullopt;
  try {
    auto facts = read_facts(producer_.topic_settings(name, std::min(limit_wait_, policy_.answer)));
    limit_wait_ = kLimitAnswer;
    return facts;
  } catch (const Error& error) {
    asks_ = error.kind() != ErrorKind::unavailable;
    limit_wait_ = kLimitAgain;
    log::info(std::string("the limits of a topic are not known: ") + error.what());
    return std::nullopt;
  }
}

std::optional<std::uint64_t> TopicBook::limit_now(const std::string& name) {
  const auto facts = ask(name);
  return facts ? facts->most_bytes : std::nullopt;
}

// A broker refuses a batch as a whole: with batches no larger than the topic takes, what it refuses
// is one record that is too large by itself.
void TopicBook::respect_limit(std::uint64_t limit) {
  if (limit >= kOrdinaryLimit || !producer_.limit_batches(limit)) return;
  if (reopen_) return reopen_();
  while (producer_.outstanding() > 0) producer_.flush(kSettling);
  producer_.reopen();
}

void TopicBook::keep_old(const std::string& name) {
  Known& known = known_.at(name);
  if (std::exchange(known.told_of_age, true)) return;
  if (known.created && policy_.config.find("retention.ms") == policy_.config.end()) {
    auto config = policy_.config;
    config["retention.ms"] = "-1";
    try {
      admin().set_topic_config(name, config, policy_.answer);
      return log::info("topic \"" + name +
                       "\" gets events older than its retention: it keeps them for ever "
                       "(retention.ms=-1)");
    } catch (const Error& error) {
      log::info(error.what());
    }
  }
  log::warning("topic \"" + name +
               "\" gets events that are older than its retention.ms, and the brokers delete them "
               "by that time, not by when they came: set message.timestamp.type=LogAppendTime or a "
               "longer retention.ms");
}

void TopicBook::look_for_growth() {
  for (const kafka::TopicId grown : producer_.look_again(kLimitAnswer)) {
    for (const auto& [name, known] : known_) {
      if (known.topic.id.index != grown.index) continue;
      log::warning("topic \"" + name + "\" has " + std::to_string(producer_.partitions(grown)) +
                   " partitions now: keys may go to other ones than before, and the order of "
                   "changes of one key holds within a partition only");
    }
  }
}

void TopicBook::explain(const Error& error) {
  const auto in_sync = producer_.fewest_in_sync(policy_.answer);
  for (const auto& [name, known] : known_) {
    const auto found = in_sync.find(name);
    if (found == in_sync.end()) continue;
    const auto [replicas, wished] = found->second;
    // brokers demand no more than there should be
    const auto least = std::min<std::int64_t>(known.topic.facts.least_in_sync.value_or(0), wished);
    if (replicas >= least) continue;
    throw Error(error.kind(),
                std::string(error.what()) + "; topic \"" + name + "\" has " +
                    std::to_string(replicas) + (replicas == 1 ? " replica" : " replicas") +
                    " in sync and demands " + std::to_string(least) + " (min.insync.replicas)",
                std::string(error.hint()));
  }
}

kafka::Admin& TopicBook::admin() {
  if (!admin_) admin_ = std::make_unique<kafka::Admin>(settings_);
  return *admin_;
}

std::optional<kafka::TopicId> TopicBook::find(const std::string& name) {
  const retry::Policy policy{.give_up_after = policy_.retry_for};
  // short questions first: a signal is heard between them
  milliseconds wait{500};
  return retry::run(
      policy,
      stop_,
      [&] {
        wait = std::min({wait * 2, policy_.answer, policy_.retry_for});
        return producer_.find_topic(name, wait);
      },
      log_retry);
}

// A topic that was just created takes a moment until every broker knows it.
kafka::TopicId TopicBook::create(const kafka::NewTopic& topic) {
  const retry::Policy policy{.give_up_after = policy_.retry_for};
  const bool made = retry::run(
      policy, stop_, [&] { return admin().create_topic(topic, policy_.answer); }, log_retry);
  if (made) log::info("created topic \"" + topic.name + "\"");
  const auto deadline = std::chrono::steady_clock::now() + kSettled;
  while (std::chrono::steady_clock::now() < deadline) {
    if (const auto found = find(topic.name)) return *found;
    if (stop_.sleep_for(kSettling)) break;
  }
  throw Error(ErrorKind::temporary,
              "could not use topic \"" + topic.name + "\": it was created but no broker leads it");
}

}  // namespace cdckit::kcat_cdc
