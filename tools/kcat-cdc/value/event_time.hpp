// When a change happened, for the timestamp of its record: `source.ts_ms`, else the event's own
// `ts_ms`. Pure; the member mostly stands where it stood in the event before.
#pragma once

#include "common/event/event.hpp"

#include <cstddef>
#include <cstdint>

namespace cdckit::kcat_cdc {

class EventTime {
 public:
  // Milliseconds since 1970; 0 when neither says it.
  std::int64_t of(const event::Event& event);

 private:
  std::size_t place_ = 0;
};

}  // namespace cdckit::kcat_cdc
