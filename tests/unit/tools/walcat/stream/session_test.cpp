#include "tools/walcat/stream/session.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

Options away() {
  Options options;
  options.conninfo = "host=127.0.0.1 port=1";
  options.retry_for = std::chrono::milliseconds(0);
  return options;
}

}  // namespace

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
