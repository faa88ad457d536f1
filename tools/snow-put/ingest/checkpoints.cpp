#include "tools/snow-put/ingest/checkpoints.hpp"

#include <utility>

namespace cdckit::snow_put {

std::optional<Checkpoint> Checkpoints::take_done(std::uint64_t oldest_outstanding) {
  std::optional<Checkpoint> done;
  while (!waiting_.empty() && waiting_.front().sequence < oldest_outstanding) {
    done = std::move(waiting_.front());
    waiting_.pop_front();
  }
  return done;
}

}  // namespace cdckit::snow_put
