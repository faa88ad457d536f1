// Looks at and changes what a cluster holds: topics, groups, offsets. Every call asks the brokers
// and waits up to the given time; nobody answering throws temporary.
#pragma once

#include "common/kafka/client.hpp"
#include "common/kafka/partition.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::kafka {

struct NewTopic {
  std::string name;
  int partitions = -1;  // -1: the brokers' default
  int replication = -1;
  std::map<std::string, std::string> config;
};

struct TopicInfo {
  std::string name;
  std::int32_t partitions = 0;
  std::size_t replication = 0;
};

struct GroupInfo {
  std::string name;
  std::string state;  // as the broker says: Stable, Empty, ..
  std::size_t members = 0;
};

struct OffsetRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;  // the next offset to be written
};

inline constexpr std::int64_t kNoOffset = -1;

class Admin {
 public:
  explicit Admin(const Settings& settings);

  // True when it was created, false when it was there already. Throws config for settings that the
  // brokers refuse, permission, temporary.
  bool create_topic(const NewTopic& topic, std::chrono::milliseconds wait) {
    return create(topic, wait, false);
  }
  // The same, but nothing is created: whether it could be.
  bool could_create(const NewTopic& topic, std::chrono::milliseconds wait) {
    return create(topic, wait, true);
  }
  // Gives a topic these settings and no others: what is left out falls back to the brokers'
  // default.
  void set_topic_config(const std::string& topic,
                        const std::map<std::string, std::string>& config,
                        std::chrono::milliseconds wait);
  // How many partitions the topic has; 0: it does not exist. Throws permission when this login may
  // not see it.
  std::int32_t partitions(const std::string& topic, std::chrono::milliseconds wait);
  // Throws permission when the brokers do not tell, temporary when none answers.
  std::map<std::string, std::string> topic_settings(const std::string& topic,
                                                    std::chrono::milliseconds wait);
  // All topics, by name; internal ones too.
  std::vector<TopicInfo> topics(std::chrono::milliseconds wait);
  std::vector<GroupInfo> groups(std::chrono::milliseconds wait);
  std::string cluster_id(std::chrono::milliseconds wait);
  OffsetRange offsets(const Partition& partition, std::chrono::milliseconds wait);
  // Committed offsets of a group, by partition; those without one are left out.
  std::map<Partition, std::int64_t> committed(const std::string& group,
                                              const std::vector<Partition>& partitions,
                                              std::chrono::milliseconds wait);

 private:
  bool create(const NewTopic& topic, std::chrono::milliseconds wait, bool only_ask);

  Settings settings_;
  std::unique_ptr<ClientState> state_;
  Handle handle_;
};

}  // namespace cdckit::kafka
