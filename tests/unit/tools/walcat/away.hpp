// Options of a server that is away, given up at once; for tests of what a run does then.
#pragma once

#include "tools/walcat/options.hpp"

namespace cdckit::walcat_test {

inline walcat::Options away() {
  walcat::Options options;
  options.conninfo = "host=127.0.0.1 port=1";
  options.retry_for = std::chrono::milliseconds(0);
  return options;
}

}  // namespace cdckit::walcat_test
