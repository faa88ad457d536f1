// What happens when rows are committed: receipts, metrics, rows that the service refused, and the
// checkpoints that are done with it.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/event/input.hpp"
#include "common/ndjson/writer.hpp"
#include "common/pipe/sink_end.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/channels.hpp"
#include "tools/snow-put/checkpoints.hpp"
#include "tools/snow-put/stored_positions.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

class Settlement {
 public:
  Settlement(cli::Context& context, event::Input& input, Channels& channels, snow::SqlApi& api);

  void add(Checkpoint checkpoint) { checkpoints_.add(std::move(checkpoint)); }
  // Receipts and refused rows of what was committed, then every acknowledgement that is due.
  void settle(std::vector<Committed> groups, pipe::SinkEnd& end);
  void acknowledge(pipe::SinkEnd& end);
  // Rows that came again though they are committed, on a channel where rows were refused before.
  void check_resent(ChannelWriter& writer);
  [[nodiscard]] bool all_acknowledged() const noexcept { return checkpoints_.empty(); }
  // Mirrors whose journals got rows since the last call.
  std::set<std::string> take_touched() { return std::exchange(touched_, {}); }
  [[nodiscard]] bool has_touched() const noexcept { return !touched_.empty(); }
  ndjson::Writer& receipts() noexcept { return receipts_; }

 private:
  void settle(Committed& group);
  void receipt(const ChannelWriter& writer, const Batch& batch);
  void count(const ChannelWriter& writer, const Batch& batch);
  void refuse_rows(const ChannelWriter& writer, const Committed& group);
  void refuse_too_large(const Batch& batch);
  void refuse(const RowInfo& row, std::string_view reason, std::string_view line);
  std::uint64_t refuse_missing(const Committed& group, const Positions& stored);

  event::Input& input_;
  Channels& channels_;
  snow::SqlApi& api_;
  metrics::Registry& metrics_;
  metrics::Histogram& delay_;
  metrics::Counter& refused_;
  Checkpoints checkpoints_;
  ndjson::Writer receipts_;
  std::set<std::string> touched_;
};

}  // namespace cdckit::snow_put
