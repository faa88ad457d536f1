#include "common/metrics/metrics.hpp"

#include "common/base/error.hpp"
#include "common/base/json_string.hpp"
#include "common/io/locked_file.hpp"

#include <cmath>
#include <mutex>
#include <sstream>
#include <sys/resource.h>

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace cdckit::metrics {

namespace {

class OwnCounter final : public Counter {
 public:
  explicit OwnCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount) override { counter_.Increment(amount); }
  [[nodiscard]] double value() const override { return counter_.Value(); }

 private:
  prometheus::Counter& counter_;
};

class OwnGauge final : public Gauge {
 public:
  explicit OwnGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }
  [[nodiscard]] double value() const override { return gauge_.Value(); }

 private:
  prometheus::Gauge& gauge_;
};

class OwnHistogram final : public Histogram {
 public:
  explicit OwnHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

prometheus::MetricFamily family(const char* name,
                                const char* help,
                                prometheus::MetricType type,
                                double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {name, help, type, {metric}};
}

// What the process itself used, read whenever somebody asks.
class Process final : public prometheus::Collectable {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
    return {family("process_cpu_seconds_total",
                   "User and system CPU time spent.",
                   prometheus::MetricType::Counter,
                   seconds(usage.ru_utime) + seconds(usage.ru_stime)),
            family("process_peak_resident_memory_bytes",
                   "Largest resident set so far.",
                   prometheus::MetricType::Gauge,
                   static_cast<double>(usage.ru_maxrss) * 1024)};
  }
};

double sample(prometheus::MetricType type, const prometheus::ClientMetric& metric) {
  if (type == prometheus::MetricType::Counter) return metric.counter.value;
  if (type == prometheus::MetricType::Gauge) return metric.gauge.value;
  return static_cast<double>(metric.histogram.sample_count);
}

void append_sample(std::string& out,
                   const prometheus::MetricFamily& family,
                   const prometheus::ClientMetric& metric) {
  std::string name = family.name;
  for (const auto& label : metric.label) name += "," + label.name + "=" + label.value;
  const double value = sample(family.type, metric);
  std::ostringstream number;
  number.precision(15);
  number << value;
  out += out.size() > 1 ? ",\"" : "\"";
  base::append_json_escaped(out, base::to_valid_utf8(name));
  out += "\":" + (std::isfinite(value) ? number.str() : "null");
}

}  // namespace

struct Registry::Implementation {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::shared_ptr<Process> process = std::make_shared<Process>();
  std::unique_ptr<prometheus::Exposer> exposer;
  std::mutex mutex;
  // keyed by the address of the library's instrument, so that asking twice gives the same object
  std::map<const void*, std::unique_ptr<Counter>> counters;
  std::map<const void*, std::unique_ptr<Gauge>> gauges;
  std::map<const void*, std::unique_ptr<Histogram>> histograms;

  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const {
    auto families = registry->Collect();
    for (auto& own : process->Collect()) families.push_back(std::move(own));
    return families;
  }
};

Registry::Registry() : implementation_(std::make_unique<Implementation>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  auto& counter = prometheus::BuildCounter()
                      .Name(name)
                      .Help(help)
                      .Register(*implementation_->registry)
                      .Add(labels);
  auto& slot = implementation_->counters[&counter];
  if (!slot) slot = std::make_unique<OwnCounter>(counter);
  return *slot;
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  auto& gauge = prometheus::BuildGauge()
                    .Name(name)
                    .Help(help)
                    .Register(*implementation_->registry)
                    .Add(labels);
  auto& slot = implementation_->gauges[&gauge];
  if (!slot) slot = std::make_unique<OwnGauge>(gauge);
  return *slot;
}

Histogram& Registry::histogram(const std::string& name,
                               const std::string& help,
                               const std::vector<double>& bounds,
                               const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  auto& histogram = prometheus::BuildHistogram()
                        .Name(name)
                        .Help(help)
                        .Register(*implementation_->registry)
                        .Add(labels, bounds);
  auto& slot = implementation_->histograms[&histogram];
  if (!slot) slot = std::make_unique<OwnHistogram>(histogram);
  return *slot;
}

std::string Registry::text() const {
  return prometheus::TextSerializer().Serialize(implementation_->collect());
}

std::string Registry::json() const {
  std::string out = "{";
  for (const auto& family : implementation_->collect()) {
    for (const auto& metric : family.metric) append_sample(out, family, metric);
  }
  return out + "}";
}

void Registry::write_file(const std::string& path) const {
  io::replace_file(path, text(), false);
}

void Registry::listen(const std::string& address) {
  try {
    implementation_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception& error) {
    throw base::Error(base::ErrorKind::config,
                      "could not listen on \"" + address + "\": " + error.what());
  }
  implementation_->exposer->RegisterCollectable(implementation_->registry);
  implementation_->exposer->RegisterCollectable(implementation_->process);
}

std::vector<double> delay_bounds() {
  return {0.001,
          0.002,
          0.005,
          0.01,
          0.02,
          0.05,
          0.1,
          0.2,
          0.35,
          0.5,
          0.75,
          1,
          1.5,
          2,
          3,
          5,
          10,
          20,
          60};
}

}  // namespace cdckit::metrics
