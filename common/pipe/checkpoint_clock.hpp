// When a checkpoint is due: at most one per 100 ms or 8 MiB, one at once when the stream runs dry.
// Positions without rows (an idle slot that moves) once a second; but where storing a checkpoint is
// what moves the position, as between two databases of one server, they become rare and the pipe
// comes to rest. Pure: the caller gives the time.
#pragma once

#include <chrono>
#include <cstdint>

namespace cdckit::pipe {

class CheckpointClock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;
  static constexpr Duration kInterval{100};
  static constexpr Duration kIdleInterval{1000};
  static constexpr Duration kRest{30'000};  // after two echoes in a row, then four times as long ..
  static constexpr std::uint64_t kBytes = 8U << 20U;
  // A position that moved further than this did so for another reason than a stored checkpoint.
  static constexpr std::uint64_t kEcho = 64U << 10U;

  // `bytes`: handed to the output so far. `rows`: data lines since the last checkpoint. `moved`:
  // how far the position has come since then.
  [[nodiscard]] bool due(Time now,
                         std::uint64_t bytes,
                         std::uint64_t rows,
                         std::uint64_t moved) const noexcept {
    if (bytes - last_bytes_ >= kBytes) return true;
    return now - last_ >= (rows > 0 ? kInterval : idle_interval(moved));
  }
  // The position moved without rows right after everything was acknowledged: the sink did it.
  void heard_echo(bool echo) noexcept { echo_ = echo; }
  void sent(Time now, std::uint64_t bytes, std::uint64_t rows, std::uint64_t moved) noexcept {
    if (rows > 0 || !echo_) echoes_ = 0;
    if (rows == 0 && echo_ && moved < kEcho && echoes_ < kMostEchoes) ++echoes_;
    echo_ = false;
    last_ = now;
    last_bytes_ = bytes;
  }
  [[nodiscard]] Duration idle_interval(std::uint64_t moved) const noexcept {
    if (moved >= kEcho || echoes_ < 2) return kIdleInterval;
    return kRest * (1U << (2U * (echoes_ - 2U)));
  }

 private:
  static constexpr unsigned kMostEchoes = 12;  // a year
  Time last_{};
  std::uint64_t last_bytes_ = 0;
  unsigned echoes_ = 0;
  bool echo_ = false;
};

}  // namespace cdckit::pipe
