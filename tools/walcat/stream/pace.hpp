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
  // Asked when nothing more is there: whether as much as that came for the length of a pause.
  [[nodiscard]] bool is_busy(Time now) noexcept {
    const auto spent = now - since_;
    if (pause_.count() == 0 || spent < pause_) return false;
    const bool much =
        bytes_ >= kMuch * static_cast<std::size_t>(spent / std::chrono::milliseconds(1));
    bytes_ = 0;
    since_ = now;
    return much;
  }
  [[nodiscard]] std::chrono::milliseconds pause() const noexcept { return pause_; }

 private:
  // Long enough for a small window to fill (see keep_window_small); over a network the window grows
  // with what is not read, and a socket file holds so little that any pause stops the server.
  static constexpr std::chrono::milliseconds pause_for(pg::Link link) noexcept {
    switch (link) {
      case pg::Link::unix_socket:
        return std::chrono::milliseconds(0);
      case pg::Link::same_host:
        return std::chrono::milliseconds(3);
      case pg::Link::network:
        break;
    }
    return std::chrono::milliseconds(1);
  }

  std::chrono::milliseconds pause_;
  Time since_{};
  std::size_t bytes_ = 0;
};

}  // namespace cdckit::walcat
