#include "tools/kcat-cdc/consume/consume_meter.hpp"

#include "common/base/clock.hpp"

#include <string>

namespace cdckit::kcat_cdc {

ConsumeMeter::ConsumeMeter(metrics::Registry& registry)
    : registry_(registry),
      lines_(registry.counter("kcat_cdc_lines_total", "Data lines given out.")),
      bytes_(registry.counter("kcat_cdc_line_bytes_total", "Bytes of data lines given out.")),
      acknowledged_(registry.counter("kcat_cdc_acknowledged_lines_total",
                                     "Data lines that the other end has acknowledged.")),
      refused_(registry.counter("kcat_cdc_refused_records_total",
                                "Records that could not be read, durable in the dead-letter topic "
                                "where there is one.")),
      commits_(registry.counter("kcat_cdc_commits_total",
                                "Commits of offsets that the group has taken.")),
      seconds_(registry.histogram("kcat_cdc_commit_seconds",
                                  "From asking the group to commit until it has.",
                                  metrics::delay_bounds())),
      ack_age_(registry.gauge("kcat_cdc_last_ack_age_seconds",
                              "How long lines given out wait for the next acknowledgement.")),
      lag_(registry.gauge("kcat_cdc_lag_seconds",
                          "Age of the newest record while it is not acknowledged, else 0.")) {}

void ConsumeMeter::catch_up(metrics::Counter& counter, std::uint64_t value) {
  counter.add(static_cast<double>(value) - counter.value());
}

void ConsumeMeter::given_out(std::uint64_t lines, std::uint64_t bytes) {
  lines_.add(static_cast<double>(lines));
  bytes_.add(static_cast<double>(bytes));
}

void ConsumeMeter::committed(const std::vector<std::chrono::duration<double>>& times) {
  commits_.add(static_cast<double>(times.size()));
  for (const auto& time : times) seconds_.observe(time.count());
}

void ConsumeMeter::waits(std::chrono::milliseconds age, std::int64_t newest_ms) {
  ack_age_.set(static_cast<double>(age.count()) / 1e3);
  const std::int64_t lag_ms = base::unix_milliseconds() - newest_ms;
  const bool behind = age.count() > 0 && newest_ms > 0 && lag_ms > 0;
  lag_.set(behind ? static_cast<double>(lag_ms) / 1e3 : 0);
}

metrics::Gauge& ConsumeMeter::behind_of(const kafka::Partition& partition) {
  const metrics::Labels labels{{"topic", partition.topic},
                               {"partition", std::to_string(partition.number)}};
  return registry_.gauge(
      "kcat_cdc_lag_records", "Records of a partition that were not read yet.", labels);
}

void ConsumeMeter::behind(const std::vector<Behind>& partitions) {
  for (const kafka::Partition& partition : known_) behind_of(partition).set(0);
  known_.clear();
  for (const Behind& one : partitions) {
    behind_of(one.partition).set(static_cast<double>(one.records));
    known_.insert(one.partition);
  }
}

}  // namespace cdckit::kcat_cdc
