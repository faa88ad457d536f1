// When a position that came without anything to apply is stored in the target. To store one is a
// change of the target, and where source and target are databases of one server that is the
// source's next position: an idle pipeline would never come to rest. So the pauses double, and the
// stored position is never older than about the time for which nothing was applied. No thread, no
// I/O.
#pragma once

#include <algorithm>
#include <chrono>

namespace cdckit::pg_load {

class IdlePace {
 public:
  using Clock = std::chrono::steady_clock;

  // Something was applied, and a position stored with it.
  void applied(Clock::time_point now) noexcept {
    pause_ = kFirst;
    next_ = now + pause_;
  }
  void stored(Clock::time_point now) noexcept {
    pause_ = std::min(pause_ * 2, kLongest);
    next_ = now + pause_;
  }
  [[nodiscard]] std::chrono::milliseconds left(Clock::time_point now) const noexcept {
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(next_ - now),
                    std::chrono::milliseconds(0));
  }

 private:
  static constexpr std::chrono::milliseconds kFirst{2000};
  static constexpr std::chrono::milliseconds kLongest{600'000};

  std::chrono::milliseconds pause_ = kFirst;
  Clock::time_point next_{};
};

}  // namespace cdckit::pg_load
