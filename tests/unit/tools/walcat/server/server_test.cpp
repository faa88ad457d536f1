#include "tools/walcat/server/server.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("a server that is away is tried again for the given time only") {
  ConnectSettings settings;
  settings.conninfo = "host=127.0.0.1 port=1";
  settings.retry_for = std::chrono::milliseconds(0);
  try {
    (void)connect(settings, true, {});
    FAIL("connected");
  } catch (const base::Error& error) {
    CHECK(error.retryable());
  }
  TableSource source(settings);
  CHECK_THROWS_AS(source.describe({}), base::Error);
}

TEST_CASE("flags reach the connection") {
  ConnectSettings settings;
  settings.conninfo = "db";
  CHECK(connect_options(settings, true).replication);
  CHECK(connect_options(settings, false).conninfo == "db");
  CHECK(connect_options(settings, false).application_name == "walcat");
  settings.retry_for = std::chrono::milliseconds(7);
  CHECK(retry_policy(settings).give_up_after.count() == 7);
}
