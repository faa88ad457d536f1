#include "tools/walcat/stream/meter.hpp"

namespace cdckit::walcat {

Meter::Meter(metrics::Registry& registry)
    : registry_(registry),
      transactions_(registry.counter("walcat_transactions_total", "Source transactions begun.")),
      bytes_(registry.counter("walcat_output_bytes_total", "Bytes handed to stdout.")),
      confirmed_(registry.gauge("walcat_confirmed_lsn", "Position confirmed to the server.")),
      last_commit_(registry.gauge("walcat_last_commit_timestamp_seconds",
                                  "Commit time of the newest transaction seen.")) {}

void Meter::update(Changes& changes, const Delivery& delivery, std::uint64_t confirmed) {
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
  confirmed_.set(static_cast<double>(confirmed));
  last_commit_.set(static_cast<double>(changes.last_commit_us()) / 1e6);
}

void Meter::update_if_due(Changes& changes, const Delivery& delivery, std::uint64_t confirmed) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::seconds(1)) return;
  last_ = now;
  update(changes, delivery, confirmed);
}

}  // namespace cdckit::walcat
