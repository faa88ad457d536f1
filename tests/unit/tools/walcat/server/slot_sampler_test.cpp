#include "tools/walcat/server/slot_sampler.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a server that is away holds nobody up") {
  metrics::Registry registry;
  const auto begun = std::chrono::steady_clock::now();
  {
    const walcat::SlotSampler sampler(
        {.conninfo = "host=127.0.0.1 port=1", .application_name = "test"}, "s", registry);
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
  CHECK(registry.text().find("walcat_slot_lag_bytes 0") != std::string::npos);
}
