#include "tools/pg-load/rows/row_loader.hpp"

#include "tests/unit/tools/pg-load/input_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("rows wait while the server is not there, and the commit says why it cannot") {
  const tests::Pipe pipe("");
  event::Input input(tests::settings(pipe.fd(), event::OnError::stop));
  Rejects rejects(input, -1);
  retry::Policy policy;
  policy.give_up_after = std::chrono::milliseconds(0);
  Session session(
      {.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = policy, .stop = {}});
  Options options;
  options.table = "t";
  RowLoader loader(options, session, rejects);
  loader.add(1, R"({"id":1})");
  loader.add(2, R"({"id":2})");
  CHECK(loader.pending_rows() == 2);
  try {
    loader.commit("", false);
    FAIL("there is a server on port 1");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
  }
  loader.forget();
  CHECK(loader.pending_rows() == 0);
}
