// Topics that a command line names and the cluster does not have. Pure; throws unavailable.
#pragma once

#include "common/kafka/admin.hpp"

#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

std::vector<std::string> names_of(const std::vector<kafka::TopicInfo>& topics);
// Throws for the first of `wanted` that is none of `present`; `patterns`: also for a pattern that
// none of them fits.
void require_topics(const std::vector<std::string>& wanted,
                    const std::vector<std::string>& present,
                    bool patterns);

}  // namespace cdckit::kcat_cdc
