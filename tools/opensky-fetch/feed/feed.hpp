// Where snapshots come from: the live service or a recording.
#pragma once

#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <chrono>
#include <functional>

namespace cdckit::opensky_fetch {

// Sleeps; true when the run was asked to stop.
using Pause = std::function<bool(std::chrono::milliseconds duration)>;

class Feed {
 public:
  virtual ~Feed() = default;
  // Waits for its time and delivers at most one snapshot; false when there will be no more.
  virtual bool next(const Deliver& deliver) = 0;
};

}  // namespace cdckit::opensky_fetch
