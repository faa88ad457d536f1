// Counters, gauges and histograms of one process, in Prometheus' text format: written to a file
// (atomically) or served on a loopback port. Names follow Prometheus: base units, `_total`.
// Instruments are cheap atomics owned by the Registry, which must outlive them; thread-safe.
#pragma once

#include <cstdint>
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
  // The exposition text; adds the process's own CPU seconds and peak memory.
  [[nodiscard]] std::string text() const;
  // All samples as one JSON object {"name,label=value":number} for --stats-interval; of a histogram
  // the number of observations.
  [[nodiscard]] std::string json() const;
  void write_file(const std::string& path) const;
  // Serves /metrics until the Registry ends. Throws config for a bad address.
  void listen(const std::string& address);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// 1 ms to 60 s, about three buckets a decade and a half: delays in seconds.
std::vector<double> delay_bounds();

}  // namespace cdckit::metrics
