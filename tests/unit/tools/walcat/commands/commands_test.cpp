#include "tools/walcat/commands/commands.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("commands on one slot want its name") {
  cli::Context context("walcat", {}, {});
  const ConnectSettings server;
  const std::string slot;
  const TableChoice tables;
  const SlotCommandOptions flags;
  const SlotTask task{
      .server = server, .slot = slot, .tables = tables, .flags = flags, .format = slot};
  for (const auto command : {run_create, run_drop, run_status, run_advance}) {
    try {
      (void)command(task, context);
      FAIL("ran");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::usage);
    }
  }
}
