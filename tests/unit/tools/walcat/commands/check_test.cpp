#include "tools/walcat/commands/check.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/away.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using cdckit::walcat_test::away;

TEST_CASE("the first failing check decides the exit code") {
  cli::Context context("walcat", {}, {});
  CHECK(run_check(away(), context) == base::ExitCode::retry_later);
}
