#include "tools/walcat/commands/check.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("the first failing check decides the exit code") {
  cli::Context context("walcat", {}, {});
  SessionSettings settings;
  settings.server.conninfo = "host=127.0.0.1 port=1";
  CHECK(run_check(settings, context) == base::ExitCode::retry_later);
}
