#include "tools/kcat-cdc/topic_book.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <chrono>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLimitAnswer{1'000};
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
                     signals::StopToken stop)
    : producer_(producer),
      settings_(std::move(settings)),
      policy_(std::move(policy)),
      stop_(stop) {}

kafka::TopicId TopicBook::open(const std::string& name) {
  return open_or_create({name, policy_.partitions, policy_.replication, policy_.config});
}

kafka::TopicId TopicBook::open_compacted(const std::string& name) {
  return open_or_create({name, 1, policy_.replication, {{"cleanup.policy", "compact"}}});
}

kafka::TopicId TopicBook::open_or_create(const kafka::NewTopic& topic) {
  const auto known = known_.find(topic.name);
  if (known != known_.end()) return known->second;
  const auto found = find(topic.name);
  if (!found && !policy_.create) {
    throw Error(ErrorKind::unavailable,
                "could not use topic \"" + topic.name + "\": it does not exist",
                "Create it, or leave out --no-create.");
  }
  const kafka::TopicId id = found ? *found : create(topic);
  respect_limit(topic.name);
  known_.emplace(topic.name, id);
  return id;
}

// A broker refuses a batch as a whole: with batches no larger than the topic takes, what it refuses
// is one record that is too large by itself.
void TopicBook::respect_limit(const std::string& name) {
  if (!asks_limits_) return;
  const auto limit = producer_.batch_limit(name, std::min(kLimitAnswer, policy_.answer));
  // brokers that do not tell (no permission, no such request) would not tell of the next topic
  // either
  asks_limits_ = limit.has_value();
  if (!limit || *limit >= kOrdinaryLimit) return;
  while (producer_.outstanding() > 0) producer_.flush(kSettling);
  producer_.limit_batches(*limit);
}

std::optional<kafka::TopicId> TopicBook::find(const std::string& name) {
  const retry::Policy policy{.give_up_after = policy_.retry_for};
  return retry::run(
      policy, stop_, [&] { return producer_.find_topic(name, policy_.answer); }, log_retry);
}

// A topic that was just created takes a moment until every broker knows it.
kafka::TopicId TopicBook::create(const kafka::NewTopic& topic) {
  if (!admin_) admin_ = std::make_unique<kafka::Admin>(settings_);
  const retry::Policy policy{.give_up_after = policy_.retry_for};
  const bool made = retry::run(
      policy, stop_, [&] { return admin_->create_topic(topic, policy_.answer); }, log_retry);
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
