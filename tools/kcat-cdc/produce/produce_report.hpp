// What a producer run says about what is durable: receipts on stdout and metrics. Owns the writer
// of stdout.
#pragma once

#include "common/metrics/metrics.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/kcat-cdc/delivery/delivery_log.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

class ProduceReport {
 public:
  ProduceReport(int output, metrics::Registry& metrics);

  // The batch is durable: prints its receipt and counts it.
  void durable(const Batch& batch, const std::vector<std::string>& targets);
  // A row that an earlier run has made durable.
  void covered() noexcept { ++rows_ok_; }
  void outstanding(std::size_t records) { outstanding_.set(static_cast<double>(records)); }
  // Rows of this run that are durable.
  [[nodiscard]] std::uint64_t rows_ok() const noexcept { return rows_ok_; }

 private:
  void count(const Batch& batch, const std::vector<std::string>& targets, std::int64_t now_us);

  ndjson::Writer output_;
  metrics::Registry& metrics_;
  metrics::Counter& records_;
  metrics::Counter& bytes_;
  metrics::Counter& tombstones_;
  metrics::Gauge& outstanding_;
  metrics::Histogram& seconds_;
  metrics::Histogram& delay_;
  std::uint64_t rows_ok_ = 0;
};

}  // namespace cdckit::kcat_cdc
