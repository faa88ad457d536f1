// What an instrument says, one number after the other: as JSON for programs, as text for people.
// Pure.
#pragma once

#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace cdckit::metrics {

std::string samples_as_json(const std::vector<prometheus::MetricFamily>& families);
std::string samples_as_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace cdckit::metrics
