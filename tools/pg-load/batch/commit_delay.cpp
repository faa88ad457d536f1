#include "tools/pg-load/batch/commit_delay.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/walker.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {

CommitDelay::CommitDelay(metrics::Registry& registry)
    : seconds_(registry.histogram("pg_load_commit_delay_seconds",
                                  "From the commit at the source until the change is durable, of "
                                  "the first of each batch.",
                                  metrics::delay_bounds())) {}

void CommitDelay::read(const event::Event& event) {
  if (first_ms_ || event.op == 'r') return;
  first_ms_ = event.source.empty()
                  ? 0
                  : base::parse_signed(ndjson::find_member(event.source, "ts_ms")).value_or(0);
}

void CommitDelay::sent() {
  sent_ms_ = std::exchange(first_ms_, std::nullopt);
}

void CommitDelay::came_back() {
  if (sent_ms_) first_ms_ = std::exchange(sent_ms_, std::nullopt);
}

void CommitDelay::sent_is_durable() {
  observe(sent_ms_);
}

void CommitDelay::all_is_durable() {
  observe(first_ms_);
}

void CommitDelay::observe(std::optional<std::int64_t>& first_ms) {
  constexpr double kMilliseconds = 1e3;
  const std::int64_t at = std::exchange(first_ms, std::nullopt).value_or(0);
  // a clock that goes before ours makes no delay below nothing
  if (at > 0)
    seconds_.observe(
        static_cast<double>(std::max<std::int64_t>(0, base::unix_milliseconds() - at)) /
        kMilliseconds);
}

}  // namespace cdckit::pg_load
