// `topics`, `groups` and `lag`: what a cluster holds, one NDJSON line each. The texts are pure, so
// that tests need no cluster.
#pragma once

#include "common/kafka/admin.hpp"

#include <string>

namespace cdckit::kcat_cdc {

std::string topic_line(const kafka::TopicInfo& topic);
std::string group_line(const kafka::GroupInfo& group);

struct Lag {
  std::string group;
  kafka::Partition partition;
  std::int64_t committed = 0;
  kafka::OffsetRange range;
};
std::string lag_line(const Lag& lag);

}  // namespace cdckit::kcat_cdc
