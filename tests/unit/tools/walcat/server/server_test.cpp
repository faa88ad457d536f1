#include "tools/walcat/server/server.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("a server that is away is tried again for the given time only") {
  Options options;
  options.conninfo = "host=127.0.0.1 port=1";
  options.retry_for = std::chrono::milliseconds(0);
  try {
    (void)connect(options, true, {});
    FAIL("connected");
  } catch (const base::Error& error) {
    CHECK(error.retryable());
  }
  TableSource source(options);
  CHECK_THROWS_AS(source.describe({}), base::Error);
}

TEST_CASE("flags reach the connection") {
  Options options;
  options.conninfo = "db";
  CHECK(connect_options(options, true).replication);
  CHECK(connect_options(options, false).conninfo == "db");
  CHECK(connect_options(options, false).application_name == "walcat");
  options.retry_for = std::chrono::milliseconds(7);
  CHECK(retry_policy(options).give_up_after.count() == 7);
}
