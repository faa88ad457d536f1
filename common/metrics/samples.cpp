#include "common/metrics/samples.hpp"

#include "common/base/json_string.hpp"

#include <cmath>
#include <sstream>

#include <prometheus/client_metric.h>

namespace cdckit::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// One family of samples: a histogram gives two, its count and its sum.
struct Sample {
  std::string name;
  double (*value)(const ClientMetric&);
};

std::vector<Sample> samples_of(const MetricFamily& family) {
  if (family.type == MetricType::Counter)
    return {{family.name, [](const ClientMetric& m) { return m.counter.value; }}};
  if (family.type == MetricType::Gauge)
    return {{family.name, [](const ClientMetric& m) { return m.gauge.value; }}};
  return {{family.name + "_count",
           [](const ClientMetric& m) { return static_cast<double>(m.histogram.sample_count); }},
          {family.name + "_sum", [](const ClientMetric& m) { return m.histogram.sample_sum; }}};
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";
  std::ostringstream number;
  number.precision(15);
  number << value;
  return number.str();
}

void append_string(std::string& out, const std::string& text) {
  out += '"';
  base::append_json_escaped(out, base::to_valid_utf8(text));
  out += '"';
}

void append_labelled(std::string& out, const ClientMetric& metric, double value) {
  out += '{';
  for (const auto& label : metric.label) {
    append_string(out, label.name);
    out += ':';
    append_string(out, label.value);
    out += ',';
  }
  out += "\"value\":" + number_text(value) + "}";
}

void append_json(std::string& out, const MetricFamily& family, const Sample& sample) {
  if (out.size() > 1) out += ',';
  append_string(out, sample.name);
  out += ':';
  if (family.metric.size() == 1 && family.metric[0].label.empty()) {
    out += number_text(sample.value(family.metric[0]));
    return;
  }
  out += '[';
  for (const ClientMetric& metric : family.metric) {
    if (&metric != family.metric.data()) out += ',';
    append_labelled(out, metric, sample.value(metric));
  }
  out += ']';
}

std::string labels_text(const ClientMetric& metric) {
  std::string out;
  for (const auto& label : metric.label)
    out += (out.empty() ? "" : ",") + label.name + "=" + label.value;
  return out.empty() ? "" : "{" + out + "}";
}

}  // namespace

std::string samples_as_json(const std::vector<MetricFamily>& families) {
  std::string out = "{";
  for (const MetricFamily& family : families) {
    if (family.metric.empty()) continue;
    for (const Sample& sample : samples_of(family)) append_json(out, family, sample);
  }
  return out + "}";
}

std::string samples_as_text(const std::vector<MetricFamily>& families) {
  std::string out;
  for (const MetricFamily& family : families) {
    for (const Sample& sample : samples_of(family)) {
      for (const ClientMetric& metric : family.metric) {
        const double value = sample.value(metric);
        if (value == 0) continue;
        out += (out.empty() ? "" : ", ") + sample.name + labels_text(metric) + " " +
               number_text(value);
      }
    }
  }
  return out.empty() ? "nothing counted yet" : out;
}

}  // namespace cdckit::metrics
