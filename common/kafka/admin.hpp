// Looks at and changes what a cluster holds: topics, groups, offsets. Every call asks the brokers
// and waits up to the given time; nobody answering throws temporary.
#pragma once

#include "common/kafka/client.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::kafka {

struct Partition {
  std::string topic;
  std::int32_t number = 0;
  auto operator<=>(const Partition&) const = default;
};

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
  bool create_topic(const NewTopic& topic, std::chrono::milliseconds wait);
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
  Settings settings_;
  std::unique_ptr<ClientState> state_;
  Handle handle_;
};

}  // namespace cdckit::kafka
