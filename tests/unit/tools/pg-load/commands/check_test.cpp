#include "tools/pg-load/commands/check.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("a server that is not there is a finding with its own code") {
  Session session({.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = {}, .stop = {}});
  Options options;
  options.table = "t";
  CHECK(check(options, session) == base::ExitCode::retry_later);
}
