#include "tools/walcat/server/preflight.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("a flag that fits nothing ends the run, unless a backlog may still have it") {
  CHECK_NOTHROW(judge_unmatched("--mask a", true));
  try {
    judge_unmatched("--mask a", false);
    FAIL("it went on");
  } catch (const cdckit::base::Error& error) {
    CHECK(error.kind() == cdckit::base::ErrorKind::unavailable);
    CHECK(std::string(error.what()).find("--mask a") != std::string::npos);
  }
}
