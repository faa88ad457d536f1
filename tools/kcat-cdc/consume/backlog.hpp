// What was printed and is not acknowledged, so that a partition can be given away soon: bounded in
// bytes and in checkpoints. Also when the next checkpoint is due. Pure: the caller gives the time.
#pragma once

#include "common/pipe/ledger.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace cdckit::kcat_cdc {

class Backlog {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMostOpen = 8;  // checkpoints that wait for their ack
  static constexpr std::uint64_t kCheckpointBytes = 8U << 20U;
  static constexpr std::chrono::milliseconds kInterval{100};
  static constexpr std::chrono::milliseconds kIdleInterval{1000};
  static constexpr std::chrono::milliseconds kLong{10'000};

  // `most`: bytes without an acknowledgement; 0: any number.
  explicit Backlog(std::uint64_t most) : most_(most) {}

  void printed(std::uint64_t bytes) noexcept {
    ++lines_;
    ++rows_;
    bytes_ += bytes;
  }
  // `moved`: positions moved, with or without lines. Nothing is due while too many wait.
  [[nodiscard]] bool due(Time now, bool moved) const noexcept {
    if (most_ > 0 && open_.size() >= kMostOpen) return false;
    if (since_checkpoint() >= kCheckpointBytes || (full() && since_checkpoint() > 0)) return true;
    return (rows_ > 0 && now - last_ >= kInterval) || (moved && now - last_ >= kIdleInterval);
  }
  // The checkpoint of this number covers everything so far.
  void covered(std::uint64_t number, Time now) {
    open_.add(number, {bytes_, lines_});
    covered_ = bytes_;
    rows_ = 0;
    last_ = now;
  }
  void acknowledged(std::uint64_t number) {
    const auto done = open_.take(number);
    if (!done) return;
    done_ = *done;
    told_ = false;
  }
  // Nothing more may be printed until an acknowledgement comes.
  [[nodiscard]] bool full() const noexcept { return most_ > 0 && bytes_ - done_.bytes >= most_; }
  // True once for each time that it is full and what was printed has waited for long.
  [[nodiscard]] bool is_worth_a_word(std::chrono::milliseconds waited) noexcept {
    return full() && waited >= kLong && !std::exchange(told_, true);
  }
  // Data lines of this run.
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
  // Of them acknowledged.
  [[nodiscard]] std::uint64_t acknowledged_lines() const noexcept { return done_.lines; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t since_checkpoint() const noexcept { return bytes_ - covered_; }
  [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }

 private:
  struct Printed {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
  };

  std::uint64_t most_;
  std::uint64_t lines_ = 0;    // printed in all
  std::uint64_t bytes_ = 0;    // of them
  std::uint64_t covered_ = 0;  // of them by checkpoints
  std::uint64_t rows_ = 0;     // since the last checkpoint
  pipe::Ledger<Printed> open_;
  Printed done_;  // acknowledged
  bool told_ = false;
  Time last_{};
};

}  // namespace cdckit::kcat_cdc
