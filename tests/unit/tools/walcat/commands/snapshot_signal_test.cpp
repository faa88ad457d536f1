#include "tools/walcat/commands/snapshot_signal.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("a signal needs a slot") {
  cli::Context context("walcat", {}, {});
  try {
    (void)run_snapshot_signal({}, "", {"t"}, context);
    FAIL("not refused");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::usage);
  }
}
