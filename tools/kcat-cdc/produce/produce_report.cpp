#include "tools/kcat-cdc/produce/produce_report.hpp"

#include "common/base/clock.hpp"

namespace cdckit::kcat_cdc {

ProduceReport::ProduceReport(int output, metrics::Registry& metrics)
    : output_(output, ndjson::Writer::Flush::every_line),
      metrics_(metrics),
      records_(metrics.counter("kcat_cdc_records_total", "Records that were delivered.")),
      bytes_(
          metrics.counter("kcat_cdc_bytes_total", "Bytes of keys and values that were delivered.")),
      tombstones_(metrics.counter("kcat_cdc_tombstones_total", "Tombstones that were delivered.")),
      outstanding_(metrics.gauge("kcat_cdc_outstanding_records", "Records on their way.")),
      seconds_(metrics.histogram("kcat_cdc_batch_seconds",
                                 "From a batch's first record until all of it is delivered.",
                                 metrics::delay_bounds())),
      delay_(metrics.histogram("kcat_cdc_commit_delay_seconds",
                               "From the commit at the source until the record is delivered, of "
                               "the first of each batch.",
                               metrics::delay_bounds())) {}

void ProduceReport::durable(const Batch& batch, const std::vector<std::string>& targets) {
  rows_ok_ += batch.events;
  if (batch.records == 0) return;
  const std::int64_t now_us = base::unix_microseconds();
  count(batch, targets, now_us);
  output_.write(receipt(batch, targets, now_us));
}

void ProduceReport::count(const Batch& batch,
                          const std::vector<std::string>& targets,
                          std::int64_t now_us) {
  constexpr double kMicroseconds = 1e6;
  records_.add(static_cast<double>(batch.records));
  bytes_.add(static_cast<double>(batch.bytes));
  tombstones_.add(static_cast<double>(batch.tombstones));
  for (std::size_t i = 0; i < batch.by_target.size(); ++i) {
    if (batch.by_target[i] == 0) continue;
    metrics_
        .counter("kcat_cdc_events_total", "Events that were delivered.", {{"topic", targets.at(i)}})
        .add(static_cast<double>(batch.by_target[i]));
  }
  seconds_.observe(static_cast<double>(now_us - batch.started_us) / kMicroseconds);
  if (batch.timestamp_ms <= 0) return;
  const std::int64_t delay_us = now_us - batch.timestamp_ms * 1'000;
  delay_.observe(delay_us > 0 ? static_cast<double>(delay_us) / kMicroseconds : 0);
}

}  // namespace cdckit::kcat_cdc
