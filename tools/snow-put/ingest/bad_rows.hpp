// Rows that cannot be stored. Where one of them ends the run (--on-error stop) it does so at the
// next checkpoint only: what stands before it is made durable first. One thread.
#pragma once

#include "common/base/error.hpp"
#include "common/pipe/sink_end.hpp"

#include <cstdint>
#include <optional>

namespace cdckit::snow_put {

class BadRows {
 public:
  explicit BadRows(pipe::SinkEnd& end) : end_(end) {}
  // `sequence`: a number below its own, no row between them. `cause`: why the service has no place
  // for it, which is then what ends the run.
  void add(const event::BadLine& bad,
           std::uint64_t sequence,
           const std::optional<base::Error>& cause = {});
  // What ends the run, if anything does.
  [[nodiscard]] bool stops() const noexcept { return failure_.has_value(); }
  void rethrow() const {
    if (failure_) throw base::Error(*failure_);
  }
  // No checkpoint that covers a row beyond it may be acknowledged.
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  void sync() { end_.sync_rejects(); }

 private:
  pipe::SinkEnd& end_;
  std::optional<base::Error> failure_;
  std::uint64_t limit_ = static_cast<std::uint64_t>(-1);
};

}  // namespace cdckit::snow_put
