#include "tools/snow-put/ingest/put_meter.hpp"

namespace cdckit::snow_put {

void count_merge(metrics::Registry& registry, const MergeResult& result) {
  registry.histogram("snow_put_merge_seconds", "Time one merge took.", metrics::delay_bounds())
      .observe(static_cast<double>(result.milliseconds) / 1000);
  const auto count = [&](const char* what, std::uint64_t rows) {
    const metrics::Labels labels{{"table", result.table}, {"result", what}};
    registry.counter("snow_put_merged_rows_total", "Rows of mirrors that merges changed.", labels)
        .add(static_cast<double>(rows));
  };
  count("inserted", result.inserted);
  count("updated", result.updated);
  count("deleted", result.deleted);
}

PutMeter::PutMeter(metrics::Registry& registry)
    : registry_(registry),
      read_(registry.counter("snow_put_input_rows_total", "Data lines read.")),
      duplicates_(registry.counter("snow_put_duplicates_total",
                                   "Rows left out because they are committed already.")),
      reopenings_(registry.counter("snow_put_channel_reopenings_total",
                                   "Channels opened again because something broke.")) {}

void PutMeter::reopened(std::uint64_t times) {
  // channels that are closed take theirs with them
  const double more = static_cast<double>(times) - seen_;
  if (more > 0) reopenings_.add(more);
  seen_ = static_cast<double>(times);
}

void PutMeter::set(const std::string& channel, double rows, double seconds) {
  const metrics::Labels labels{{"channel", channel}};
  registry_
      .gauge("snow_put_channel_lag_rows",
             "Rows that a channel took and its committed token has not passed.",
             labels)
      .set(rows);
  registry_
      .gauge("snow_put_channel_lag_seconds", "How long the oldest of these rows waits.", labels)
      .set(seconds);
}

void PutMeter::look(const std::vector<ChannelWriter*>& channels, Time now) {
  std::set<std::string> gone = std::move(known_);
  known_.clear();
  for (const ChannelWriter* writer : channels) {
    const auto waiting = writer->waiting();
    const std::chrono::duration<double> age =
        waiting.rows == 0 ? Time::duration{} : now - waiting.since;
    set(writer->name, static_cast<double>(waiting.rows), age.count());
    known_.insert(writer->name);
    gone.erase(writer->name);
  }
  for (const std::string& channel : gone) set(channel, 0, 0);
}

}  // namespace cdckit::snow_put
