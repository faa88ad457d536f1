#include "tools/kcat-cdc/produce/produce_report.hpp"

#include "common/base/clock.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a durable batch is told once and counted, an empty one only lets time pass") {
  test::Pipe output;
  metrics::Registry metrics;
  {
    kcat_cdc::ProduceReport report(output.writing.get(), metrics);
    kcat_cdc::Batch batch;
    report.durable(batch, {});
    batch.records = 3;
    batch.events = 2;
    batch.tombstones = 1;
    batch.by_target = {3};
    report.durable(batch, {"t"});
    report.covered();
    CHECK(report.rows_ok() == 3);
    const std::string text = metrics.text();
    for (const char* sample : {"kcat_cdc_records_total 3",
                               "kcat_cdc_tombstones_total 1",
                               R"(kcat_cdc_events_total{topic="t"} 3)",
                               "kcat_cdc_batch_seconds_count 1",
                               "kcat_cdc_commit_delay_seconds_count 0"})
      CHECK(text.find(std::string("\n") + sample + "\n") != std::string::npos);
    batch.timestamp_ms = base::unix_milliseconds() - 1'000;
    report.durable(batch, {"t"});
    CHECK(metrics.text().find("\nkcat_cdc_commit_delay_seconds_count 1\n") != std::string::npos);
  }
  output.writing.reset();
  const std::string text = output.read_all();
  CHECK(text.find(R"({"tool":"kcat-cdc","records":2,"tombstones":1)") == 0);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}
