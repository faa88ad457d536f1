#include "common/io/short_pause.hpp"

#include <ctime>
#include <poll.h>

namespace cdckit::io {

void short_pause(int fd, std::chrono::microseconds limit) noexcept {
  pollfd poll{fd, POLLIN, 0};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const timespec time{.tv_sec = seconds.count(),
                      .tv_nsec = std::chrono::nanoseconds(limit - seconds).count()};
  (void)::ppoll(&poll, 1, &time, nullptr);
}

}  // namespace cdckit::io
