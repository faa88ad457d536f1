// When a checkpoint is due: at most one per 100 ms or 8 MiB, one at once when the stream runs dry;
// positions without rows (an idle slot that moves) once a second. Pure: the caller gives the time.
#pragma once

#include <chrono>
#include <cstdint>

namespace cdckit::walcat {

class CheckpointClock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kInterval{100};
  static constexpr std::chrono::milliseconds kIdleInterval{1000};
  static constexpr std::uint64_t kBytes = 8U << 20U;

  // `bytes`: handed to the output so far. `rows`: data lines since the last checkpoint.
  [[nodiscard]] bool due(Time now, std::uint64_t bytes, std::uint64_t rows) const noexcept {
    const auto wait = rows == 0 ? kIdleInterval : kInterval;
    return now - last_ >= wait || bytes - last_bytes_ >= kBytes;
  }
  void sent(Time now, std::uint64_t bytes) noexcept {
    last_ = now;
    last_bytes_ = bytes;
  }

 private:
  Time last_{};
  std::uint64_t last_bytes_ = 0;
};

}  // namespace cdckit::walcat
