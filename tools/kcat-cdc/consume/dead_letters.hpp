// Writes records that could not be read to the dead-letter topic as they are: key, value, headers
// and timestamp, and behind those headers what went wrong, named as Kafka Connect names it. Also
// the way back: where a letter came from, and its headers without those of its last failure.
#pragma once

#include "common/kafka/producer.hpp"
#include "tools/kcat-cdc/topics/topic_facts.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

inline constexpr std::string_view kErrorHeaders = "__connect.errors.";

// Headers of a record that failed: its own, then the failure's. The texts are the caller's.
struct Failure {
  std::string partition;
  std::string offset;
  std::string reason;
};
std::vector<kafka::Header> headers_of_letter(const kafka::Record& record, const Failure& failure);

struct Origin {
  std::string topic;
  std::int32_t partition = kafka::kAnyPartition;
  std::vector<kafka::Header> headers;  // slices of the letter
};
// Nothing when the record is no dead letter.
std::optional<Origin> origin_of(const kafka::Record& letter);

// Sends records, with the times that they had, and waits for their reports. Says once of a topic
// that it does not keep records of such times. One thread. Throws temporary when one was not
// delivered, what the brokers refuse for good as Producer says it.
class RecordSender : private kafka::DeliveryListener {
 public:
  RecordSender(const kafka::Settings& settings, std::chrono::milliseconds give_up_after);

  // Throws unavailable when the topic does not exist.
  kafka::TopicId topic(const std::string& name);
  // What its settings mean; nothing when the brokers do not tell.
  [[nodiscard]] const TopicFacts& facts(kafka::TopicId topic) const {
    return topics_.at(topic.index).facts;
  }
  void send(const kafka::Outgoing& record);
  void settle();

 private:
  void delivered(std::uint64_t tag) override;
  void failed(const kafka::FailedDelivery& delivery) override;

  struct Known {
    std::string name;
    TopicFacts facts;
    bool told_of_age = false;
  };
  void look_at_age(const kafka::Outgoing& record);

  std::optional<base::Error> failure_;
  std::map<std::size_t, Known> topics_;
  kafka::Producer producer_;
};

class DeadLetters {
 public:
  // Makes the topic when it is missing, one that keeps letters for ever: they are as old as their
  // records. Throws config when it would keep one letter a key only.
  DeadLetters(const kafka::Settings& settings,
              const std::string& topic,
              std::chrono::milliseconds give_up_after);
  void add(const kafka::Record& record, const std::string& reason);
  void settle() { sender_.settle(); }

 private:
  RecordSender sender_;
  kafka::TopicId topic_;
};

}  // namespace cdckit::kcat_cdc
