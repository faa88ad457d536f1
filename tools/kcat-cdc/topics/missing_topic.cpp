#include "tools/kcat-cdc/topics/missing_topic.hpp"

#include "common/base/error.hpp"
#include "common/cli/nearest.hpp"
#include "common/kafka/subscription.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;

std::vector<std::string> names_of(const std::vector<kafka::TopicInfo>& topics) {
  std::vector<std::string> out;
  out.reserve(topics.size());
  for (const kafka::TopicInfo& topic : topics) out.push_back(topic.name);
  return out;
}

void require_topics(const std::vector<std::string>& wanted,
                    const std::vector<std::string>& present,
                    bool patterns) {
  for (const std::string& topic : wanted) {
    const bool pattern = topic.starts_with('^');
    if (pattern && !patterns) continue;
    const kafka::Subscription alone({topic});
    if (std::any_of(present.begin(), present.end(), [&](const std::string& name) {
          return alone.takes(name);
        }))
      continue;
    throw Error(ErrorKind::unavailable,
                pattern ? "could not find a topic that \"" + topic + "\" fits"
                        : "could not find topic \"" + topic + "\"",
                pattern ? "" : cli::near_miss_hint(topic, present));
  }
}

}  // namespace cdckit::kcat_cdc
