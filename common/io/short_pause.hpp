// A pause of less than a millisecond, which poll() does not know.
#pragma once

#include <chrono>

namespace cdckit::io {

// Ends early when `fd` becomes readable (-1: nothing ends it), and when a signal comes.
void short_pause(int fd, std::chrono::microseconds limit) noexcept;

}  // namespace cdckit::io
