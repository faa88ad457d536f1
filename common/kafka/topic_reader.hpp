// Reads what a small (compacted) topic holds from its beginning to its end, without a group.
#pragma once

#include "common/kafka/consumer.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace cdckit::kafka {

// Calls `record` for each record that was there when the call began, partition by partition order.
// False when the topic does not exist. Throws temporary when the end was not reached in time.
bool read_topic(const Settings& settings,
                const std::string& topic,
                std::chrono::milliseconds wait,
                const std::function<void(const Record& record)>& record);

}  // namespace cdckit::kafka
