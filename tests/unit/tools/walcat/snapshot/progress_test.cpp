#include "tools/walcat/snapshot/progress.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("rate and time left") {
  SnapshotProgress progress{.rows = 1'250'000,
                            .expected_rows = 2'000'000,
                            .tables = 7,
                            .tables_done = 2,
                            .elapsed = milliseconds(2500)};
  CHECK(progress.rows_per_second() == doctest::Approx(500'000));
  CHECK(progress.left() == seconds(2));
  CHECK(progress_text(progress) ==
        "snapshot: 2 of 7 tables, 1,250,000 rows, 500,000 rows/s, 2s left");
  progress.rows = 2'000'000;
  CHECK(progress.left() == seconds(0));
}

TEST_CASE("no time is told where there is nothing to go by") {
  SnapshotProgress progress{.rows = 999, .tables = 1, .elapsed = milliseconds(1000)};
  CHECK_FALSE(progress.left());
  CHECK(progress_text(progress) == "snapshot: 0 of 1 tables, 999 rows, 999 rows/s");
  progress.expected_rows = 500;
  CHECK_FALSE(progress.left());
  progress = {.expected_rows = 500};
  CHECK_FALSE(progress.left());
  CHECK(progress.rows_per_second() == 0);
}

TEST_CASE("the metrics follow") {
  metrics::Registry registry;
  SnapshotMeter meter(registry);
  meter.begin(2, 10);
  CHECK(registry.text().find("walcat_snapshot_running 1") != std::string::npos);
  meter.rows(10);
  meter.table_done();
  meter.table_done();
  meter.end();
  const std::string text = registry.text();
  for (const std::string line : {"walcat_snapshot_running 0",
                                 "walcat_snapshot_rows 10",
                                 "walcat_snapshot_expected_rows 10",
                                 "walcat_snapshot_tables 2",
                                 "walcat_snapshot_tables_done 2"}) {
    CHECK(text.find(line) != std::string::npos);
  }
}
