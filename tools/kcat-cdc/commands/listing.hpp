// `topics`, `groups` and `lag`: what a cluster holds, one NDJSON line each, or tables for people.
// The texts are pure, so that tests need no cluster.
#pragma once

#include "common/kafka/admin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

std::string topic_line(const kafka::TopicInfo& topic);
std::string topic_table(const std::vector<kafka::TopicInfo>& topics);
std::string group_line(const kafka::GroupInfo& group);
std::string group_table(const std::vector<kafka::GroupInfo>& groups);

struct Lag {
  std::string group;
  kafka::Partition partition;
  std::optional<std::int64_t> committed;  // nothing is stored
  kafka::OffsetRange range;
};
std::string lag_line(const Lag& lag);
// With the sum in the last line.
std::string lag_table(const std::vector<Lag>& lags);

}  // namespace cdckit::kcat_cdc
