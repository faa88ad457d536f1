#include "tools/pg-load/batch/reporter.hpp"

#include "tests/unit/tools/pg-load/context_of.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("receipts are counted by what became of the rows") {
  cli::Context context("pg-load", cli::CommonOptions{}, signals::StopToken{});
  Reporter reporter(context);
  reporter.committed({.table = "s.t", .rows_in = 10, .inserted = 4, .updated = 3, .rejected = 2});
  reporter.committed({.table = "s.t", .rows_in = 1, .inserted = 1});
  CHECK(reporter.rows_ok() == 9);
  const std::string text = context.metrics().text();
  CHECK(text.find("pg_load_rows_total{result=\"inserted\",table=\"s.t\"} 5") != std::string::npos);
  CHECK(text.find("pg_load_batch_seconds_count 2") != std::string::npos);
}
