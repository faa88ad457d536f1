#include "tools/walcat/snapshot/initial_snapshot.hpp"

#include "tests/unit/tools/walcat/support.hpp"

#include <fcntl.h>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using namespace walcat_test;

TEST_CASE("a server that stays away ends the attempts when --retry-for is over") {
  Options options;
  options.conninfo = "host=127.0.0.1 port=1";
  options.retry_for = std::chrono::milliseconds(1);
  const TableFilter filter({}, {});
  const std::vector<std::string> publications{"p"};
  Feed feed;
  cli::Context context("walcat", {}, {});
  Delivery delivery({.output = open("/dev/null", O_WRONLY | O_CLOEXEC)}, context);
  SnapshotMeter meter(context.metrics());
  int looks = 0;
  InitialSnapshot snapshot({.options = options,
                            .stop = {},
                            .filter = filter,
                            .publications = publications,
                            .identity = {"n", "d"},
                            .limit = 1,
                            .tick = [] {},
                            .check_slot = [&] { ++looks; },
                            .meter = meter},
                           feed.changes,
                           delivery);
  CHECK_THROWS_AS(snapshot.run({}), base::Error);
  CHECK(looks <= 1);
}
