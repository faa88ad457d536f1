#include "tools/pg-load/rows/row_run.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("without its server a run ends before it reads") {
  const tests::StandardInput input("{\"id\":1}\n");
  cli::Context context("pg-load", cli::CommonOptions{}, signals::StopToken{});
  Session session(tests::nowhere());
  Options options;
  options.table = "t";
  RowRun run(options, context, session);
  try {
    run.run();
    FAIL("there is a server on port 1");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
  }
  char byte = 0;
  CHECK(io::read_some(STDIN_FILENO, {&byte, 1}, "stdin") == 1);
}
