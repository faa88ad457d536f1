// Tells a server that is busy sending from one that has nothing to say. The server writes each
// message by itself: a client that wakes up for every piece spends more on waking than on the work.
// After much at once it pays to let the next pieces pile up for a moment. Pure.
#pragma once

#include <chrono>
#include <cstddef>

namespace cdckit::walcat {

class Pace {
 public:
  static constexpr std::size_t kMuch = 8U << 10U;
  static constexpr std::chrono::milliseconds kPause{1};

  void received(std::size_t bytes) noexcept { bytes_ += bytes; }
  // Asked when nothing more is there: whether much came since the last time.
  [[nodiscard]] bool is_busy() noexcept {
    const bool much = bytes_ >= kMuch;
    bytes_ = 0;
    return much;
  }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace cdckit::walcat
