#include "tools/walcat/snapshot/incremental_meter.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("an incremental snapshot says how far it has come") {
  metrics::Registry registry;
  IncrementalMeter meter(registry);
  const auto says = [&](const std::string& line) {
    return registry.text().find("\nwalcat_incremental_snapshot_" + line + "\n") !=
           std::string::npos;
  };
  CHECK(says("running 0"));
  IncrementalState state;
  state.tables = {"a.a", "b.b", "c.c"};
  state.table = 1;
  meter.state(state);
  meter.chunk(4096);
  meter.chunk(0);
  CHECK(says("running 1"));
  CHECK(says("tables_left 2"));
  CHECK(says("rows_total 4096"));
  CHECK(says("chunks_total 2"));
  state.table = 3;
  meter.state(state);
  CHECK(says("running 0"));
  CHECK(says("tables_left 0"));
  meter.state(std::nullopt);
  CHECK(says("running 0"));
}
