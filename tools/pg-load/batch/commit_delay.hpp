// How long after its commit at the source a change is durable here, of the first change of each
// batch. One thread; owns nothing but the times.
#pragma once

#include "common/event/event.hpp"
#include "common/metrics/metrics.hpp"

#include <cstdint>
#include <optional>

namespace cdckit::pg_load {

class CommitDelay {
 public:
  explicit CommitDelay(metrics::Registry& registry);

  // A change was read. Rows of a snapshot have no commit of their own.
  void read(const event::Event& event);
  // What was read is on its way: what is read from now on belongs to the next batch.
  void sent();
  // What was sent did not arrive: it is part of what is read.
  void came_back();
  // What was sent is durable, and: all that was read is.
  void sent_is_durable();
  void all_is_durable();
  // What was read is given up.
  void forget() { first_ms_.reset(); }

 private:
  void observe(std::optional<std::int64_t>& first_ms);

  metrics::Histogram& seconds_;
  std::optional<std::int64_t> first_ms_;  // since 1970; 0: it does not say. None: nothing was read
  std::optional<std::int64_t> sent_ms_;
};

}  // namespace cdckit::pg_load
