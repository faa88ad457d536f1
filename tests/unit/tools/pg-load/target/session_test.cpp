#include "tools/pg-load/target/session.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

pg::ServerError refused(const char* state, const char* context = "") {
  return {pg::kind_of_sqlstate(state), "could not", state, context};
}

}  // namespace

TEST_CASE("which errors belong to rows") {
  for (const char* state : {"22P02", "23505", "P0001", "44000", "54000", "21000"})
    CHECK(is_row_error(refused(state)));
  for (const char* state : {"42P01", "42501", "40001", "57P01", "0A000", ""})
    CHECK_FALSE(is_row_error(refused(state)));
  CHECK_FALSE(is_row_error(base::Error(base::ErrorKind::data, "not from the server")));
}

TEST_CASE("a server that is not there is asked again until the time is over") {
  retry::Policy policy;
  policy.give_up_after = std::chrono::milliseconds(0);
  Session session(
      {.conninfo = "host=127.0.0.1 port=1 sslmode=disable", .policy = policy, .stop = {}});
  try {
    session.connection();
    FAIL("there is a server on port 1");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
    CHECK_THROWS_AS(session.pause_after(error), base::Error);
  }
  CHECK(session.generation() == 0);
}
