#include "tools/walcat/commands/check.hpp"

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

TEST_CASE("the first failing check decides the exit code") {
  cli::Context context("walcat", {}, {});
  CHECK(run_check(away(), context) == base::ExitCode::retry_later);
}
