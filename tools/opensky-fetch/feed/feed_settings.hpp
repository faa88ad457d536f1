// When snapshots come, and which recording they come from, if any.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

struct ScheduleSettings {
  std::optional<std::chrono::milliseconds> every{};
  std::int64_t count = 0;                // 0: no limit
  std::chrono::milliseconds run_for{0};  // 0: no limit
  std::chrono::milliseconds max_wait{60'000};
};

struct ReplaySettings {
  std::string path{};  // file, folder or -; empty: the live service
  double speed = 0;    // 0: as fast as it goes
  [[nodiscard]] bool live() const noexcept { return path.empty(); }
};

}  // namespace cdckit::opensky_fetch
