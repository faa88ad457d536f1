#include "tools/pg-load/batch/reporter.hpp"

#include "common/base/clock.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <string>
#include <unistd.h>

namespace cdckit::pg_load {

Reporter::Reporter(cli::Context& context)
    : out_(STDOUT_FILENO, ndjson::Writer::Flush::every_line),
      metrics_(context.metrics()),
      seconds_(context.metrics().histogram("pg_load_batch_seconds",
                                           "From a batch's first row to its commit.",
                                           metrics::delay_bounds())) {}

void Reporter::committed(const Receipt& receipt) {
  rows_ok_ += receipt.rows_in - std::min(receipt.rows_in, receipt.rejected);
  seconds_.observe(static_cast<double>(receipt.milliseconds) / 1000);
  const auto count = [&](const char* result, std::uint64_t amount) {
    metrics_
        .counter("pg_load_rows_total",
                 "Rows by what became of them.",
                 {{"table", receipt.table}, {"result", result}})
        .add(static_cast<double>(amount));
  };
  metrics_
      .counter("pg_load_bytes_total",
               "Bytes of lines whose batch is committed.",
               {{"table", receipt.table}})
      .add(static_cast<double>(receipt.bytes));
  metrics_
      .gauge("pg_load_last_commit_timestamp_seconds",
             "When a batch was last committed, in seconds since 1970.")
      .set(static_cast<double>(base::unix_milliseconds()) / 1000);
  count("inserted", receipt.inserted);
  count("updated", receipt.updated);
  count("deleted", receipt.deleted);
  count("unchanged", receipt.unchanged);
  count("rejected", receipt.rejected);
  Receipt printed = receipt;
  if (!gap_to_.empty()) {
    printed.gap_from = std::exchange(gap_from_, {});
    printed.gap_to = std::exchange(gap_to_, {});
  }
  // on a terminal a source before us in the pipe may have left its progress on this line
  out_.write((::isatty(STDOUT_FILENO) == 1 ? "\r" : "") + printed.json());
}

void Reporter::summary(std::uint64_t rejected) const {
  const std::string text =
      std::to_string(rows_ok_) + " rows loaded, " + std::to_string(rejected) + " rejected";
  if (rejected > 0) {
    log::warning(text);
  } else {
    log::info(text);
  }
}

}  // namespace cdckit::pg_load
