#include "tools/walcat/stream/meter.hpp"

#include "common/base/clock.hpp"
#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::walcat {

Meter::Meter(metrics::Registry& registry)
    : registry_(registry),
      transactions_(registry.counter("walcat_transactions_total", "Source transactions begun.")),
      bytes_(registry.counter("walcat_output_bytes_total", "Bytes handed to stdout.")),
      confirmed_(registry.gauge("walcat_confirmed_lsn", "Position confirmed to the server.")),
      last_commit_(registry.gauge("walcat_last_commit_timestamp_seconds",
                                  "Commit time of the newest transaction seen.")),
      ack_age_(registry.gauge("walcat_last_ack_age_seconds",
                              "How long printed changes wait for the next acknowledgement.")),
      lag_(registry.gauge("walcat_lag_seconds",
                          "Age of the newest transaction while it is not acknowledged, else 0.")),
      delay_(registry.histogram("walcat_commit_delay_seconds",
                                "From commit to stdout, of the newest transaction of each batch.",
                                metrics::delay_bounds())),
      spooled_(registry.gauge("walcat_spool_bytes",
                              "Held of transactions that still run (--streaming).")) {}

// Once a batch, so that a backlog costs nothing. By two clocks: the server's and ours.
void Meter::observe_delay(const Changes& changes) {
  const std::int64_t commit_us = changes.last_commit_us();
  if (commit_us == seen_commit_us_ || changes.in_transaction()) return;
  seen_commit_us_ = commit_us;
  const std::int64_t delay_us = base::unix_microseconds() - commit_us;
  delay_.observe(delay_us > 0 ? static_cast<double>(delay_us) / 1e6 : 0);
}

void Meter::update(Changes& changes, const Delivery& delivery, std::uint64_t confirmed) {
  observe_delay(changes);
  changes.visit_tables([&](Table& table) {
    for (std::size_t i = 0; i < kOps.size(); ++i) {
      if (table.counts[i] == 0) continue;
      registry_
          .counter("walcat_events_total",
                   "Data lines by operation and table.",
                   {{"op", std::string(1, kOps[i])},
                    {"table", table.shape.schema + "." + table.shape.table}})
          .add(static_cast<double>(table.counts[i]));
      table.counts[i] = 0;
    }
  });
  transactions_.add(static_cast<double>(changes.transactions() - seen_transactions_));
  bytes_.add(static_cast<double>(delivery.bytes() - seen_bytes_));
  seen_transactions_ = changes.transactions();
  seen_bytes_ = delivery.bytes();
  confirmed_.set(static_cast<double>(std::max(confirmed, delivery.confirmed())));
  const auto waiting = delivery.last_ack_age();
  ack_age_.set(static_cast<double>(waiting.count()) / 1e3);
  const std::int64_t age_us = base::unix_microseconds() - changes.last_commit_us();
  const bool behind = waiting.count() > 0 && changes.last_commit_us() > 0 && age_us > 0;
  lag_.set(behind ? static_cast<double>(age_us) / 1e6 : 0);
  last_commit_.set(static_cast<double>(changes.last_commit_us()) / 1e6);
}

void Meter::update_if_due(Changes& changes, const Delivery& delivery, std::uint64_t confirmed) {
  observe_delay(changes);
  if (second_.due(std::chrono::steady_clock::now())) update(changes, delivery, confirmed);
}

void Meter::tell(log::Progress& progress,
                 const Changes& changes,
                 std::uint64_t start,
                 std::optional<std::uint64_t> until) {
  if (!log::shows_progress()) return;
  log::Sample sample;
  if (changes.last_commit_us() > 0) {
    const std::int64_t age_us = base::unix_microseconds() - changes.last_commit_us();
    sample.lag = std::chrono::milliseconds(age_us / 1000);
  }
  const std::uint64_t end = changes.last_end();
  if (until && *until > start && end > start)
    sample.part = static_cast<double>(end - start) / static_cast<double>(*until - start);
  progress.tell(sample);
}

}  // namespace cdckit::walcat
