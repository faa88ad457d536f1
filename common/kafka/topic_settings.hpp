// What brokers say about a topic. For this room only.
#pragma once

#include <chrono>
#include <map>
#include <string>

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
struct rd_kafka_s;

namespace cdckit::kafka {

// The settings of a topic, by name. Throws permission when the brokers do not tell, temporary when
// none answers.
std::map<std::string, std::string> read_topic_settings(rd_kafka_s* handle,
                                                       const std::string& topic,
                                                       std::chrono::milliseconds wait);

}  // namespace cdckit::kafka
