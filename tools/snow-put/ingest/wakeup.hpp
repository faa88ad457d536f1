// One descriptor that becomes readable when another thread has news or a stop was requested: what a
// reader of stdin waits for besides its input.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "common/signals/stop.hpp"

#include <chrono>

namespace cdckit::snow_put {

class Wakeup {
 public:
  explicit Wakeup(signals::StopToken stop);
  // For the reader; also readable once stop was requested.
  [[nodiscard]] int fd() const noexcept { return both_.get(); }
  // For other threads: write eight bytes to it.
  [[nodiscard]] int event_fd() const noexcept { return event_.get(); }
  void clear() const;
  // Waits for news of the other threads only.
  void wait(std::chrono::milliseconds limit) const;

 private:
  io::FileDescriptor event_;
  io::FileDescriptor both_;
};

}  // namespace cdckit::snow_put
