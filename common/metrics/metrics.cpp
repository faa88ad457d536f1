#include "common/metrics/metrics.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/io/locked_file.hpp"
#include "common/metrics/listen_address.hpp"
#include "common/metrics/samples.hpp"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

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

constexpr const char* kUp = "_up";
constexpr const char* kUpHelp = "1 while it works and when it ended well, 0 when it failed.";
constexpr const char* kSuccess = "_last_success_timestamp_seconds";
constexpr const char* kSuccessHelp = "When a run last ended well, in seconds since 1970.";

double now_seconds() {
  return static_cast<double>(base::unix_milliseconds()) / 1000;
}

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

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// What the process itself used, read whenever somebody asks. The first three are exported by many
// programs: where a collector joins their files, one name must have one help, which is that of
// Prometheus' own clients.
class Process {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
    return {family("process_cpu_seconds_total",
                   "Total user and system CPU time spent in seconds.",
                   prometheus::MetricType::Counter,
                   seconds(usage.ru_utime) + seconds(usage.ru_stime)),
            family("process_peak_resident_memory_bytes",
                   "Peak resident memory size in bytes.",
                   prometheus::MetricType::Gauge,
                   static_cast<double>(usage.ru_maxrss) * 1024),
            family("process_resident_memory_bytes",
                   "Resident memory size in bytes.",
                   prometheus::MetricType::Gauge,
                   resident_bytes()),
            family("process_start_time_seconds",
                   "Start time of the process since unix epoch in seconds.",
                   prometheus::MetricType::Gauge,
                   start_)};
  }

 private:
  double start_ = now_seconds();
};

// 'walcat' for walcat, 'kcat_cdc' for kcat-cdc.
std::string prefix_of(std::string tool) {
  std::replace(tool.begin(), tool.end(), '-', '_');
  return tool;
}

}  // namespace

namespace {

void label(std::vector<prometheus::MetricFamily>& families,
           const std::string& name,
           const std::string& value) {
  if (value.empty()) return;
  for (auto& one : families) {
    for (auto& metric : one.metric) metric.label.push_back({name, value});
  }
}

// All that is told of a process: the instruments, and what is read whenever somebody asks.
struct Exposition final : public prometheus::Collectable {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  Process process;
  std::string tool;
  std::string prefix;  // of the tool's own metrics; empty: not described
  std::string pipeline;
  std::function<double()> retries;

  // Without what tells this process from others: for who reads one process.
  [[nodiscard]] std::vector<prometheus::MetricFamily> families() const {
    auto out = own_families();
    for (auto& one : process.collect()) out.push_back(std::move(one));
    return out;
  }

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    auto out = own_families();
    // its own names say whose the others are
    auto used = process.collect();
    if (!pipeline.empty()) label(used, "tool", tool);
    for (auto& one : used) out.push_back(std::move(one));
    label(out, "pipeline", pipeline);
    return out;
  }

 private:
  [[nodiscard]] std::vector<prometheus::MetricFamily> own_families() const {
    using prometheus::MetricType;
    auto out = registry->Collect();
    if (retries)
      out.push_back(family((prefix + "_retries_total").c_str(),
                           "Pauses before another try, of whatever was tried.",
                           MetricType::Counter,
                           retries()));
    if (!prefix.empty())
      out.push_back(family((prefix + "_metrics_timestamp_seconds").c_str(),
                           "When these samples were taken, in seconds since 1970.",
                           MetricType::Gauge,
                           now_seconds()));
    return out;
  }
};

}  // namespace

struct Registry::Implementation {
  std::shared_ptr<Exposition> exposition = std::make_shared<Exposition>();
  std::shared_ptr<prometheus::Registry> registry = exposition->registry;
  std::unique_ptr<prometheus::Exposer> exposer;
  std::mutex mutex;
  // keyed by the address of the library's instrument, so that asking twice gives the same object
  std::map<const void*, std::unique_ptr<Counter>> counters;
  std::map<const void*, std::unique_ptr<Gauge>> gauges;
  std::map<const void*, std::unique_ptr<Histogram>> histograms;
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
  return prometheus::TextSerializer().Serialize(implementation_->exposition->Collect());
}

std::string Registry::json() const {
  return samples_as_json(implementation_->exposition->families());
}

std::string Registry::summary() const {
  return samples_as_text(implementation_->exposition->families());
}

void Registry::describe(const std::string& tool,
                        const std::string& version,
                        std::function<double()> retries) {
  const std::string prefix = prefix_of(tool);
  implementation_->exposition->tool = tool;
  implementation_->exposition->prefix = prefix;
  implementation_->exposition->retries = std::move(retries);
  gauge(prefix + "_build_info", "1, with what runs as labels.", {{"version", version}}).set(1);
  gauge(prefix + kUp, kUpHelp).set(1);
}

void Registry::tell_apart(const std::string& pipeline) {
  implementation_->exposition->pipeline = pipeline;
}

void Registry::ended(int exit_code, const std::string& kind) {
  const std::string& prefix = implementation_->exposition->prefix;
  if (exit_code != 0) gauge(prefix + kUp, kUpHelp).set(0);
  gauge(prefix + "_exit_code", "How the run ended (EXIT STATUS).").set(exit_code);
  if (exit_code <= 1) gauge(prefix + kSuccess, kSuccessHelp).set(now_seconds());
  if (!kind.empty())
    counter(
        prefix + "_errors_total", "Runs that ended with an error, by its kind.", {{"kind", kind}})
        .add();
}

void Registry::remember(const std::string& path) {
  const std::string name = implementation_->exposition->prefix + kSuccess;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    double value = 0;
    std::istringstream(line.substr(line.rfind(' ') + 1)) >> value;
    if (value > 0) gauge(name, kSuccessHelp).set(value);
  }
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
  implementation_->exposer->RegisterCollectable(implementation_->exposition);
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
