#include "common/metrics/metrics.hpp"

#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"

#include <sys/resource.h>

#include <mutex>
#include <sstream>

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

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

void append_sample(std::string& out, const prometheus::MetricFamily& family, const prometheus::ClientMetric& metric) {
  std::string name = family.name;
  for (const auto& label : metric.label) name += "," + label.name + "=" + label.value;
  const double value = family.type == prometheus::MetricType::Counter   ? metric.counter.value
                       : family.type == prometheus::MetricType::Gauge   ? metric.gauge.value
                                                                        : static_cast<double>(metric.histogram.sample_count);
  std::ostringstream number;
  number.precision(15);
  number << value;
  out += out.size() > 1 ? "," : "";
  out += '"' + name + "\":" + number.str();
}

}  // namespace

struct Registry::Implementation {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::unique_ptr<prometheus::Exposer> exposer;
  prometheus::Gauge* cpu = nullptr;
  prometheus::Gauge* memory = nullptr;
  std::mutex mutex;
  // keyed by the address of the library's instrument, so that asking twice gives the same object
  std::map<const void*, std::unique_ptr<Counter>> counters;
  std::map<const void*, std::unique_ptr<Gauge>> gauges;
  std::map<const void*, std::unique_ptr<Histogram>> histograms;

  void update_process() const {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return;
    cpu->Set(seconds(usage.ru_utime) + seconds(usage.ru_stime));
    memory->Set(static_cast<double>(usage.ru_maxrss) * 1024);
  }
};

Registry::Registry() : implementation_(std::make_unique<Implementation>()) {
  auto& registry = *implementation_->registry;
  implementation_->cpu = &prometheus::BuildGauge()
                              .Name("process_cpu_seconds_total")
                              .Help("User and system CPU time spent.")
                              .Register(registry)
                              .Add({});
  implementation_->memory = &prometheus::BuildGauge()
                                 .Name("process_peak_resident_memory_bytes")
                                 .Help("Largest resident set so far.")
                                 .Register(registry)
                                 .Add({});
}

Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  auto& counter = prometheus::BuildCounter().Name(name).Help(help).Register(*implementation_->registry).Add(labels);
  auto& slot = implementation_->counters[&counter];
  if (!slot) slot = std::make_unique<OwnCounter>(counter);
  return *slot;
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  auto& gauge = prometheus::BuildGauge().Name(name).Help(help).Register(*implementation_->registry).Add(labels);
  auto& slot = implementation_->gauges[&gauge];
  if (!slot) slot = std::make_unique<OwnGauge>(gauge);
  return *slot;
}

Histogram& Registry::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                               const Labels& labels) {
  const std::scoped_lock lock(implementation_->mutex);
  auto& histogram =
      prometheus::BuildHistogram().Name(name).Help(help).Register(*implementation_->registry).Add(labels, bounds);
  auto& slot = implementation_->histograms[&histogram];
  if (!slot) slot = std::make_unique<OwnHistogram>(histogram);
  return *slot;
}

std::string Registry::text() const {
  implementation_->update_process();
  return prometheus::TextSerializer().Serialize(implementation_->registry->Collect());
}

std::string Registry::json() const {
  implementation_->update_process();
  std::string out = "{";
  for (const auto& family : implementation_->registry->Collect()) {
    for (const auto& metric : family.metric) append_sample(out, family, metric);
  }
  return out + "}";
}

void Registry::write_file(const std::string& path) const { io::replace_file(path, text(), false); }

void Registry::listen(const std::string& address) {
  try {
    implementation_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception& error) {
    throw base::Error(base::ErrorKind::config, "could not listen on \"" + address + "\": " + error.what());
  }
  implementation_->exposer->RegisterCollectable(implementation_->registry);
}

std::vector<double> delay_bounds() {
  return {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 60};
}

}  // namespace cdckit::metrics
