#include "common/metrics/metrics.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "common/metrics/listen_address.hpp"
#include "common/metrics/samples.hpp"

#include <algorithm>
#include <mutex>
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
                   static_cast<double>(usage.ru_maxrss) * 1024),
            family("process_start_time_seconds",
                   "When the process began, in seconds since 1970.",
                   prometheus::MetricType::Gauge,
                   start_)};
  }

 private:
  double start_ = static_cast<double>(base::unix_milliseconds()) / 1000;
};

constexpr const char* kUp = "_up";

// 'walcat' for walcat, 'kcat_cdc' for kcat-cdc.
std::string prefix_of(std::string tool) {
  std::replace(tool.begin(), tool.end(), '-', '_');
  return tool;
}

}  // namespace

struct Registry::Implementation {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::shared_ptr<Process> process = std::make_shared<Process>();
  std::unique_ptr<prometheus::Exposer> exposer;
  std::string prefix;  // of the tool's own metrics
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
  return samples_as_json(implementation_->collect());
}

std::string Registry::summary() const {
  return samples_as_text(implementation_->collect());
}

void Registry::describe(const std::string& tool, const std::string& version) {
  implementation_->prefix = prefix_of(tool);
  const std::string& prefix = implementation_->prefix;
  gauge(prefix + "_build_info", "1, with what runs as labels.", {{"version", version}}).set(1);
  gauge(prefix + kUp, "1 while it works and when it ended well, 0 when it failed.").set(1);
}

void Registry::ended(int exit_code) {
  const std::string& prefix = implementation_->prefix;
  if (exit_code != 0)
    gauge(prefix + kUp, "1 while it works and when it ended well, 0 when it failed.").set(0);
  gauge(prefix + "_exit_code", "How the run ended (EXIT STATUS).").set(exit_code);
}

void Registry::write_file(const std::string& path) const {
  io::replace_file(path, text(), false);
}

void Registry::listen(const std::string& address) {
  const std::string usable = listen_address(address);
  try {
    implementation_->exposer = std::make_unique<prometheus::Exposer>(usable, 1);
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
