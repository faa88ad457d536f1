#include "tools/walcat/commands/commands.hpp"

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

TEST_CASE("commands on one slot want its name") {
  cli::Context context("walcat", {}, {});
  for (const auto command : {run_create, run_drop, run_status, run_advance}) {
    try {
      (void)command(away(), context);
      FAIL("ran");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::usage);
    }
  }
}

TEST_CASE("a server that is away is temporary") {
  cli::Context context("walcat", {}, {});
  try {
    (void)run_slots(away(), context);
    FAIL("ran");
  } catch (const base::Error& error) {
    CHECK(error.retryable());
  }
}
