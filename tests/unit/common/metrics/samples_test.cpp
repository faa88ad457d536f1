#include "common/metrics/samples.hpp"

#include <limits>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <prometheus/client_metric.h>

using namespace cdckit;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

ClientMetric counter(double value, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  metric.label = std::move(labels);
  return metric;
}

ClientMetric histogram(std::uint64_t count, double sum) {
  ClientMetric metric;
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = sum;
  return metric;
}

}  // namespace

TEST_CASE("json: a number, or with labels a list; a histogram is its count and its sum") {
  const std::vector<MetricFamily> families{
      {"x_rows_total", "", MetricType::Counter, {counter(7)}},
      {"x_events_total",
       "",
       MetricType::Counter,
       {counter(1e15, {{"op", "c"}, {"table", "a\"b\\c\nd"}}), counter(2, {{"op", "d"}})}},
      {"x_delay_seconds", "", MetricType::Histogram, {histogram(3, 0.75)}},
      {"x_nan", "", MetricType::Gauge, {counter(std::numeric_limits<double>::quiet_NaN())}},
      {"x_none", "", MetricType::Gauge, {}}};
  const auto json = nlohmann::json::parse(metrics::samples_as_json(families));
  CHECK(json == nlohmann::json::parse(R"json({
    "x_rows_total": 7,
    "x_events_total": [{"op":"c","table":"a\"b\\c\nd","value":1e15},{"op":"d","value":2}],
    "x_delay_seconds_count": 3,
    "x_delay_seconds_sum": 0.75,
    "x_nan": null})json"));
  CHECK(metrics::samples_as_json({}) == "{}");
}

TEST_CASE("text: what is not zero, labels in braces") {
  const std::vector<MetricFamily> families{
      {"x_rows_total", "", MetricType::Counter, {counter(7)}},
      {"x_zero", "", MetricType::Gauge, {counter(0)}},
      {"x_events_total", "", MetricType::Counter, {counter(2, {{"op", "c"}, {"table", "t"}})}},
      {"x_delay_seconds", "", MetricType::Histogram, {histogram(3, 0.75)}}};
  CHECK(metrics::samples_as_text(families) ==
        "x_rows_total 7, x_events_total{op=c,table=t} 2, x_delay_seconds_count 3, "
        "x_delay_seconds_sum 0.75");
  CHECK(metrics::samples_as_text({}) == "nothing counted yet");
}
