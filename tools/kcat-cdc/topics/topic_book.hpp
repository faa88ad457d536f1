// The topics of one producer run: looked up once, created when they are missing and that is wanted,
// held against what was wished, their limits known before the first record.
#pragma once

#include "common/kafka/admin.hpp"
#include "common/kafka/producer.hpp"
#include "common/kafka/settings.hpp"
#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"
#include "tools/kcat-cdc/topics/topic_facts.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cdckit::kcat_cdc {

struct TopicPolicy {
  bool create = true;
  int partitions = -1;  // -1: the brokers' default
  int replication = -1;
  std::map<std::string, std::string> config;
  std::chrono::milliseconds retry_for{60'000};
  std::chrono::milliseconds answer{5'000};  // how long one question waits
};

struct OpenTopic {
  kafka::TopicId id;
  TopicFacts facts;
};

class TopicBook {
 public:
  // The producer must outlive the book. `reopen` lets smaller batches take effect; without one
  // everything outstanding is delivered first.
  TopicBook(kafka::Producer& producer,
            kafka::Settings settings,
            TopicPolicy policy,
            signals::StopToken stop,
            std::function<void()> reopen = {});

  // Throws unavailable when it is missing and must not be created, temporary when no broker answers
  // in time.
  OpenTopic open(const std::string& name);
  // The same for a topic that keeps the newest record of each key: one partition, compacted. Throws
  // config when an existing one forgets some, or has more partitions.
  kafka::TopicId open_compacted(const std::string& name);
  kafka::TopicId open_positions(const std::string& name);

  // The largest batch that the topic takes, asked anew; nothing when the brokers do not tell.
  std::optional<std::uint64_t> limit_now(const std::string& name);
  // The topic holds records older than its retention. One that this run created keeps all from now
  // on; of another it is said once.
  void keep_old(const std::string& name);
  // Says which topics got more partitions, and tells once.
  void look_for_growth();
  // Whoever waits for replicas is told that time has run out, and no more: throws the error anew
  // with the topic that has fewer in sync than it demands, when there is one.
  void explain(const base::Error& error);

 private:
  static constexpr std::chrono::milliseconds kLimitAnswer{1'000};

  struct Known {
    OpenTopic topic;
    bool created = false;
    bool told_of_age = false;
  };
  Known& open_or_create(const kafka::NewTopic& topic);
  Known look_up(const kafka::NewTopic& topic);
  kafka::TopicId open_keeping(kafka::NewTopic topic);
  std::optional<TopicFacts> ask(const std::string& name);
  void respect_limit(std::uint64_t limit);
  std::optional<kafka::TopicId> find(const std::string& name);
  kafka::TopicId create(const kafka::NewTopic& topic);
  kafka::Admin& admin();

  kafka::Producer& producer_;
  kafka::Settings settings_;
  TopicPolicy policy_;
  signals::StopToken stop_;
  std::function<void()> reopen_;
  std::unique_ptr<kafka::Admin> admin_;  // made when first needed: it has its own connections
  std::map<std::string, Known> known_;
  bool asks_ = true;
  std::chrono::milliseconds limit_wait_{kLimitAnswer};
};

}  // namespace cdckit::kcat_cdc
