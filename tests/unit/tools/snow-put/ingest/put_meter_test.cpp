#include "tools/snow-put/ingest/put_meter.hpp"

#include "tests/unit/support/registry_text.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;
using snow_put::ChannelWriter;
using snow_put::PutMeter;
using tests::has_sample;

TEST_CASE("how far a channel's token is behind, until the channel is gone") {
  metrics::Registry registry;
  PutMeter meter(registry);
  snow_put::Target target;
  ChannelWriter writer(1, target, "c", false);
  writer.begin_row() += "{}\n";
  writer.end_row({1, {event::Origin::stream, {1, 1}}, 0}, 0, "{}", 1);
  const auto begun = *writer.opened();
  meter.look({&writer}, begun + 3s);
  CHECK(has_sample(registry, R"(snow_put_channel_lag_rows{channel="c"} 1)"));
  CHECK(has_sample(registry, R"(snow_put_channel_lag_seconds{channel="c"} 3)"));
  meter.look({}, begun + 4s);
  CHECK(has_sample(registry, R"(snow_put_channel_lag_rows{channel="c"} 0)"));
  CHECK(has_sample(registry, R"(snow_put_channel_lag_seconds{channel="c"} 0)"));
}

TEST_CASE("reopenings of channels that were closed stay counted") {
  metrics::Registry registry;
  PutMeter meter(registry);
  meter.reopened(2);
  meter.reopened(0);
  meter.reopened(1);
  CHECK(has_sample(registry, "snow_put_channel_reopenings_total 3"));
}

TEST_CASE("merges by what they did") {
  metrics::Registry registry;
  snow_put::MergeResult result;
  result.table = "T";
  result.inserted = 3;
  result.deleted = 1;
  result.milliseconds = 20;
  snow_put::count_merge(registry, result);
  CHECK(has_sample(registry, R"(snow_put_merged_rows_total{result="inserted",table="T"} 3)"));
  CHECK(has_sample(registry, R"(snow_put_merged_rows_total{result="updated",table="T"} 0)"));
  CHECK(has_sample(registry, R"(snow_put_merged_rows_total{result="deleted",table="T"} 1)"));
  CHECK(has_sample(registry, "snow_put_merge_seconds_count 1"));
}

TEST_CASE("it is looked at once a second") {
  metrics::Registry registry;
  PutMeter meter(registry);
  const auto now = std::chrono::steady_clock::now();
  CHECK(meter.due(now));
  CHECK_FALSE(meter.due(now + 999ms));
  CHECK(meter.due(now + 1s));
}
