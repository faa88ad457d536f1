// What happens when rows are committed: receipts, metrics, rows that the service refused, and the
// checkpoints that are done with it. The thread that reads stdin.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/ndjson/writer.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/snow-put/ingest/bad_rows.hpp"
#include "tools/snow-put/ingest/channels.hpp"
#include "tools/snow-put/ingest/checkpoints.hpp"
#include "tools/snow-put/target/sql_owner.hpp"
#include "tools/snow-put/target/stored_positions.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

class Settlement {
 public:
  Settlement(cli::Context& context,
             pipe::SinkEnd& end,
             BadRows& bad_rows,
             Channels& channels,
             SqlOwner& sql);

  void add(Checkpoint checkpoint) { checkpoints_.add(std::move(checkpoint)); }
  // Receipts and refused rows of what was committed, then every acknowledgement that is due.
  // Which rows those are the journal is asked; what its channel committed behind them waits.
  void settle(std::vector<Committed> groups);
  void acknowledge();
  // Rows that came again though they are committed: the journal must have them.
  void check_resent(ChannelWriter& writer);
  // The journals have answered all that they were asked.
  [[nodiscard]] bool idle() const noexcept { return lookups_.empty(); }
  [[nodiscard]] bool all_acknowledged() const noexcept {
    return checkpoints_.empty() && !checking_;
  }
  // A checkpoint was read that cannot be acknowledged: a row before it ends the run.
  [[nodiscard]] bool stuck() const noexcept;
  // Rows that are read and on no channel yet: the number of the oldest.
  void on_parked(std::function<std::uint64_t()> oldest) { oldest_parked_ = std::move(oldest); }
  // Mirrors whose journals got rows since the last call.
  std::set<std::string> take_touched() { return std::exchange(touched_.mirrors, {}); }
  void touch(const Target& target) {
    if (target.mergeable) touched_.mirrors.insert(target.name);
  }
  void touch(std::set<std::string> mirrors) { touched_.mirrors.merge(mirrors); }
  // What has rows at or beyond the position stays touched.
  void take_touched_up_to(const std::string& pos);
  [[nodiscard]] bool has_touched() const noexcept { return !touched_.mirrors.empty(); }
  ndjson::Writer& receipts() noexcept { return receipts_; }
  // The newest position that was acknowledged; empty: none.
  [[nodiscard]] const std::string& acknowledged_pos() const noexcept { return acknowledged_pos_; }

 private:
  struct Waiting {  // what a channel has committed, oldest first
    std::deque<Committed> groups;
    std::uint64_t unexplained = 0;  // refused rows that no batch has shown yet
    bool asking = false;
  };
  struct Resender {  // the channel through which rows came again
    std::string channel;
    std::string mark;
    bool had_errors = false;
  };

  void settle_next(ChannelId channel);
  bool ask_which(ChannelId channel, Waiting& waiting);
  // `stored`: what the journal holds of them, where it was asked.
  void settle(Waiting& waiting, const Committed& group, const Positions* stored);
  void touch(const ChannelWriter& writer, const Batch& last);
  void receipt(const ChannelWriter& writer, const Batch& batch, std::uint64_t refused);
  void count(const ChannelWriter& writer, const Batch& batch, std::uint64_t refused);
  void refuse_batch(const Batch& batch);
  void refuse(const RowInfo& row,
              std::uint64_t sequence,
              std::string_view reason,
              std::string_view code,
              std::string_view line);
  // How many of its rows the table lacks.
  std::uint64_t refuse_missing(const ChannelWriter& writer,
                               const Batch& batch,
                               const Positions& stored,
                               const std::string& message);
  void refuse_rest(const ChannelWriter& writer, Waiting& waiting, const Committed& group);
  void judge_resent(const std::vector<Resent>& missing, const Resender& from);
  std::uint64_t start_lookup() { return *lookups_.insert(++last_lookup_).first; }
  [[nodiscard]] std::uint64_t limit() const noexcept;

  struct Meters {
    metrics::Registry& all;
    metrics::Histogram& delay;
    metrics::Histogram& seconds;
    metrics::Counter& refused;
  };

  pipe::SinkEnd& end_;
  BadRows& bad_rows_;
  Channels& channels_;
  SqlOwner& sql_;
  std::function<std::uint64_t()> oldest_parked_ = [] { return Checkpoints::kAll; };
  Meters meters_;
  Checkpoints checkpoints_;
  std::optional<Checkpoint> checking_;  // done when the lookups up to a number are
  std::uint64_t checked_after_ = 0;
  std::set<std::uint64_t> lookups_;  // under way
  std::uint64_t last_lookup_ = 0;
  ndjson::Writer receipts_;
  struct Touched {
    std::set<std::string> mirrors;
    std::map<std::string, std::string> newest;  // position of the rows of each mirror
  } touched_;
  std::map<ChannelId, Waiting> waiting_;
  std::string acknowledged_pos_;
};

}  // namespace cdckit::snow_put
