// Reads what a small (compacted) topic holds from its beginning to its end, without a group.
#pragma once

#include "common/kafka/consumer.hpp"
#include "common/kafka/settings.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace cdckit::kafka {

struct ReadRange {
  std::int64_t tail = 0;       // only so many offsets before the end; 0: all
  bool waits_for_open = true;  // false: a transaction that is open is not there yet
};

// Calls `record` for each record that was there when the call began and is no part of an aborted
// transaction; a transaction that is open there is waited for, unless told otherwise. In order
// within a partition. False when the topic does not exist. Throws temporary when the end was not
// reached in time.
bool read_topic(const Settings& settings,
                const std::string& topic,
                std::chrono::milliseconds wait,
                const std::function<void(const Record& record)>& record,
                ReadRange range = {});

}  // namespace cdckit::kafka
