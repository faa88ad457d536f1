// The topics of one producer run: looked up once, created when they are missing and that is wanted.
#pragma once

#include "common/kafka/admin.hpp"
#include "common/kafka/producer.hpp"
#include "common/kafka/settings.hpp"
#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"

#include <map>
#include <memory>
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

class TopicBook {
 public:
  // The producer must outlive the book.
  TopicBook(kafka::Producer& producer,
            kafka::Settings settings,
            TopicPolicy policy,
            signals::StopToken stop);

  // Throws unavailable when it is missing and must not be created, temporary when no broker answers
  // in time.
  kafka::TopicId open(const std::string& name);
  // The same for a topic that keeps the newest record of each key: one partition, compacted.
  kafka::TopicId open_compacted(const std::string& name);

 private:
  kafka::TopicId open_or_create(const kafka::NewTopic& topic);
  void respect_limit(const std::string& name);
  std::optional<kafka::TopicId> find(const std::string& name);
  kafka::TopicId create(const kafka::NewTopic& topic);

  kafka::Producer& producer_;
  kafka::Settings settings_;
  TopicPolicy policy_;
  signals::StopToken stop_;
  std::unique_ptr<kafka::Admin> admin_;  // made when first needed: it has its own connections
  std::map<std::string, kafka::TopicId> known_;
  bool asks_limits_ = true;
};

}  // namespace cdckit::kcat_cdc
