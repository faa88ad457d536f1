// The checkpoints that wait for their rows, oldest first. Rows of a run are numbered from 1 in the
// order they were read; a checkpoint is done when no row up to its own is outstanding. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>

namespace cdckit::snow_put {

struct Checkpoint {
  std::uint64_t mark = 0;      // see pipe::Sink
  std::uint64_t sequence = 0;  // number of the last row before it
  std::uint64_t rows = 0;      // data lines read before it
  std::string pos = {};        // the source's
};

class Checkpoints {
 public:
  static constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  void add(Checkpoint checkpoint) { waiting_.push_back(std::move(checkpoint)); }
  // The newest one whose rows are all below `oldest_outstanding`; it and all before it leave.
  std::optional<Checkpoint> take_done(std::uint64_t oldest_outstanding);
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  // Number of the last row before the oldest one that waits.
  [[nodiscard]] std::optional<std::uint64_t> next() const noexcept {
    if (waiting_.empty()) return std::nullopt;
    return waiting_.front().sequence;
  }

 private:
  std::deque<Checkpoint> waiting_;
};

}  // namespace cdckit::snow_put
