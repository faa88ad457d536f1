// The checkpoints that wait for their rows, oldest first. Rows of a run are numbered from 1 in the
// order they were read; a checkpoint is done when no row up to its own is outstanding. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace cdckit::snow_put {

struct Checkpoint {
  std::uint64_t mark = 0;      // see pipe::Sink
  std::uint64_t sequence = 0;  // number of the last row before it
  std::uint64_t rows = 0;      // data lines read before it
};

class Checkpoints {
 public:
  void add(Checkpoint checkpoint) { waiting_.push_back(std::move(checkpoint)); }
  // The newest one whose rows are all below `oldest_outstanding`; it and all before it leave.
  std::optional<Checkpoint> take_done(std::uint64_t oldest_outstanding);
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

 private:
  std::deque<Checkpoint> waiting_;
};

}  // namespace cdckit::snow_put
