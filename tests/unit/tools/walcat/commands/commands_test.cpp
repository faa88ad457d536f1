#include "tools/walcat/commands/commands.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/away.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using cdckit::walcat_test::away;

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
