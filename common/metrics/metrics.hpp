// Counters, gauges and histograms of one process, in Prometheus' text format: written to a file
// (atomically) or served on a loopback port. Names follow Prometheus: base units, `_total`.
// Instruments are cheap atomics owned by the Registry, which must outlive them; thread-safe, but
// for describe(), ended() and listen(), which are the main thread's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
  [[nodiscard]] virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  [[nodiscard]] virtual double value() const = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `bounds` are upper bucket limits, growing.
  Histogram& histogram(const std::string& name,
                       const std::string& help,
                       const std::vector<double>& bounds,
                       const Labels& labels = {});
  // Says whose metrics these are: TOOL_build_info{version}, TOOL_up, which is 1 from now on, and
  // TOOL_retries_total, which `retries` is asked for.
  void describe(const std::string& tool,
                const std::string& version,
                std::function<double()> retries = {});
  // Every sample gets the label `pipeline`: what tells several of one tool on one machine apart.
  void tell_apart(const std::string& pipeline);
  // The run is over: TOOL_exit_code. TOOL_up is 0 unless that is 0; a good end (0 or 1) is
  // TOOL_last_success_timestamp_seconds, another one counts in TOOL_errors_total{kind}.
  void ended(int exit_code, const std::string& kind = {});
  // The exposition text; adds TOOL_metrics_timestamp_seconds, which is now, and the process's own
  // CPU seconds, memory and start.
  [[nodiscard]] std::string text() const;
  // All samples as one JSON object for --stats-interval: "name":number, or with labels
  // "name":[{"label":"text",..,"value":number},..]. Of a histogram NAME_count and NAME_sum.
  [[nodiscard]] std::string json() const;
  // The same for people: NAME{label=text} number, what is 0 left out.
  [[nodiscard]] std::string summary() const;
  // The last success of an earlier run that wrote `path`, so that a run that fails does not
  // hide it.
  void remember(const std::string& path);
  // Throws cannot_create or io.
  void write_file(const std::string& path) const;
  // Serves /metrics on HOST:PORT, [HOST]:PORT or PORT until the Registry ends. Throws config when
  // that is no address, or when it cannot be had.
  void listen(const std::string& address);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// 1 ms to 60 s, about three buckets a decade and a half: delays in seconds.
std::vector<double> delay_bounds();

}  // namespace cdckit::metrics
