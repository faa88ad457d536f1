// How long something may take: up to a point in time, and no longer than a moment once a stop was
// requested.
#pragma once

#include "common/signals/stop.hpp"

#include <chrono>
#include <optional>
#include <thread>

namespace cdckit::kcat_cdc {

class Patience {
 public:
  using Clock = std::chrono::steady_clock;

  Patience(Clock::time_point until, signals::StopToken stop) : until_(until), stop_(stop) {}

  bool over() {
    const auto now = Clock::now();
    if (stop_.stop_requested()) {
      constexpr std::chrono::milliseconds kMoment{1'500};
      if (!stop_since_) stop_since_ = now;
      if (now - *stop_since_ >= kMoment) return true;
    }
    return now >= until_;
  }
  // Sleeps, but not when it is over; false then.
  bool pause(std::chrono::milliseconds wait) {
    if (over()) return false;
    if (stop_.stop_requested()) {
      std::this_thread::sleep_for(wait);
    } else {
      stop_.sleep_for(wait);
    }
    return !over();
  }
  [[nodiscard]] std::chrono::milliseconds left() const {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until_ - Clock::now());
    return rest.count() > 0 ? rest : std::chrono::milliseconds(0);
  }

 private:
  Clock::time_point until_;
  signals::StopToken stop_;
  std::optional<Clock::time_point> stop_since_;
};

}  // namespace cdckit::kcat_cdc
