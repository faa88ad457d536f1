#include "tools/kcat-cdc/consume/consume_meter.hpp"

#include "common/base/clock.hpp"
#include "tests/unit/support/registry_text.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using kcat_cdc::ConsumeMeter;
using tests::has_sample;

TEST_CASE("counters follow what is acknowledged, refused and committed") {
  metrics::Registry registry;
  ConsumeMeter meter(registry);
  meter.given_out(5, 500);
  CHECK(has_sample(registry, "kcat_cdc_lines_total 5"));
  CHECK(has_sample(registry, "kcat_cdc_acknowledged_lines_total 0"));
  meter.acknowledged(3);
  meter.acknowledged(5);
  meter.refused(1);
  meter.committed({});
  CHECK(has_sample(registry, "kcat_cdc_commits_total 0"));
  meter.committed({10ms, 30ms});
  CHECK(has_sample(registry, "kcat_cdc_acknowledged_lines_total 5"));
  CHECK(has_sample(registry, "kcat_cdc_refused_records_total 1"));
  CHECK(has_sample(registry, "kcat_cdc_commits_total 2"));
  CHECK(has_sample(registry, "kcat_cdc_commit_seconds_count 2"));
}

TEST_CASE("a partition that was given away is not behind any more") {
  metrics::Registry registry;
  ConsumeMeter meter(registry);
  meter.behind({{{"t", 0}, 7}, {{"t", 1}, 2}});
  CHECK(has_sample(registry, R"(kcat_cdc_lag_records{partition="0",topic="t"} 7)"));
  meter.behind({{{"t", 1}, 0}});
  CHECK(has_sample(registry, R"(kcat_cdc_lag_records{partition="0",topic="t"} 0)"));
  CHECK(has_sample(registry, R"(kcat_cdc_lag_records{partition="1",topic="t"} 0)"));
}

TEST_CASE("nothing that waits has no age") {
  metrics::Registry registry;
  ConsumeMeter meter(registry);
  meter.waits(0ms, base::unix_milliseconds() - 60'000);
  CHECK(has_sample(registry, "kcat_cdc_lag_seconds 0"));
  meter.waits(1500ms, base::unix_milliseconds() - 60'000);
  CHECK(has_sample(registry, "kcat_cdc_last_ack_age_seconds 1.5"));
  CHECK_FALSE(has_sample(registry, "kcat_cdc_lag_seconds 0"));
}

TEST_CASE("it is looked at once a second") {
  metrics::Registry registry;
  ConsumeMeter meter(registry);
  const auto now = std::chrono::steady_clock::now();
  CHECK(meter.due(now));
  CHECK_FALSE(meter.due(now + 999ms));
  CHECK(meter.due(now + 1s));
}
