// Says when the time has come again, for what a loop looks at now and then: every second, say. A
// value of one thread; asks no clock of its own, throws nothing.
#pragma once

#include <chrono>
#include <optional>

namespace cdckit::base {

class Interval {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Interval(Clock::duration length) noexcept : length_(length) {}

  // True the first time, and once the length has gone by since it last was.
  [[nodiscard]] bool due(Clock::time_point now) noexcept {
    if (last_ && now - *last_ < length_) return false;
    last_ = now;
    return true;
  }

 private:
  Clock::duration length_;
  std::optional<Clock::time_point> last_;
};

}  // namespace cdckit::base
