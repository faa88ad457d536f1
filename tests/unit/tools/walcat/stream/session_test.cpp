#include "tools/walcat/stream/session.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/away.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using cdckit::walcat_test::away;

TEST_CASE("a session without a server ends as temporary, before anything is printed") {
  cli::Context context("walcat", {}, {});
  const Options options = away();
  Session session(options, context);
  try {
    (void)session.run();
    FAIL("ran");
  } catch (const base::Error& error) {
    CHECK(error.retryable());
  }
  CHECK_FALSE(context.promised());
}
