// What a registry tells, in tests: whether a sample stands in its text as it is.
#pragma once

#include "common/metrics/metrics.hpp"

#include <string>

namespace cdckit::tests {

inline bool has_sample(const metrics::Registry& registry, const std::string& sample) {
  return registry.text().find("\n" + sample + "\n") != std::string::npos;
}

}  // namespace cdckit::tests
