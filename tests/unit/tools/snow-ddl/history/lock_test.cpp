#include "tools/snow-ddl/history/lock.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

snow::StatementResult lock_row(const std::string& run) {
  snow::StatementResult result;
  for (const char* name : {"OWNER", "HOST", "PID", "RUN", "UNTIL"})
    result.columns.push_back(text_column(name));
  result.rows = {{"ANN", "box", "17", run, "2026-01-01T00:00:00Z"}};
  return result;
}

const LockOwner kOwner{"here", "1", "mine"};

}  // namespace

TEST_CASE("the lock is ours when its row says so") {
  FakeServer server;
  server.answer("SELECT OWNER", lock_row("mine"));
  Lock lock({}, kOwner, server.execute());
  lock.take();
  CHECK(lock.renew());
  lock.release();
  CHECK(server.statements.back().text.find("RUN = NULL") != std::string::npos);
}

TEST_CASE("one that is held says who has it and until when") {
  FakeServer server;
  server.answer("SELECT OWNER", lock_row("another"));
  Lock lock({}, kOwner, server.execute());
  try {
    lock.take();
    FAIL("taken");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
    CHECK(std::string(error.what()).find("ANN has it (host box, pid 17) until 2026-01-01") !=
          std::string::npos);
  }
  CHECK_FALSE(lock.renew());
}

TEST_CASE("no two owners are the same") {
  CHECK(LockOwner::here().run != LockOwner::here().run);
  CHECK_FALSE(LockOwner::here().pid.empty());
}

}  // namespace cdckit::snow_ddl
