// Tells a server that is busy sending from one that has little to say. The server writes each
// message by itself: a client that wakes up for every piece makes both spend more on waking than on
// the work. While much comes it pays to let the next pieces pile up for a moment. Pure.
#pragma once

#include "common/pg/link.hpp"

#include <chrono>
#include <cstddef>

namespace cdckit::walcat {

class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMuch = 8U << 10U;  // in a millisecond

  explicit Pace(pg::Link link) noexcept : pause_(pause_for(link)) {}

  void received(std::size_t bytes) noexcept { bytes_ += bytes; }
  // Asked when nothing more is there: whether as much as that came for the length of a pause. Until
  // that is over it is as it was before.
  [[nodiscard]] bool is_busy(Time now) noexcept {
    const auto spent = now - since_;
    if (spent < pause_) return busy_;
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(spent).count();
    busy_ = bytes_ * 1000 >= kMuch * static_cast<std::size_t>(microseconds);
    bytes_ = 0;
    since_ = now;
    return busy_;
  }
  [[nodiscard]] std::chrono::microseconds pause() const noexcept { return pause_; }
  // Too short to look after anything else in it.
  [[nodiscard]] bool is_short() const noexcept { return pause_ < std::chrono::milliseconds(1); }

 private:
  // Long enough for a small window to fill (see keep_window_small); over a network the window grows
  // with what is not read. A socket file holds less than a hundred small messages, whatever the
  // client asks for: the server sends them in some 150 microseconds, and a longer pause, with what
  // the timer adds to it, would stop it.
  static constexpr std::chrono::microseconds pause_for(pg::Link link) noexcept {
    switch (link) {
      case pg::Link::unix_socket:
        return std::chrono::microseconds(50);
      case pg::Link::same_host:
        return std::chrono::milliseconds(3);
      case pg::Link::network:
        break;
    }
    return std::chrono::milliseconds(1);
  }

  std::chrono::microseconds pause_;
  Time since_{};
  std::size_t bytes_ = 0;
  bool busy_ = false;
};

}  // namespace cdckit::walcat
