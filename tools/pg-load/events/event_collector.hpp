// What each line of a stream means: collects changes per table, and has the applier apply what was
// collected when a line needs that, or when it is much. For the owner's thread. Lines are kept by
// the loader; here they are known by their index in its batch.
#pragma once

#include "common/event/control.hpp"
#include "common/event/event.hpp"
#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/events/applier.hpp"
#include "tools/pg-load/events/collected_run.hpp"
#include "tools/pg-load/events/event_tables.hpp"
#include "tools/pg-load/events/held_half.hpp"
#include "tools/pg-load/events/target_owners.hpp"
#include "tools/pg-load/events/truncates.hpp"
#include "tools/pg-load/target/position_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace cdckit::pg_load {

// Lines that RefusalSearch found, by line number.
struct Refusal {
  std::string reason;
  std::string code;
};
using Refusals = std::map<std::uint64_t, Refusal>;

class EventCollector {
 public:
  // `open`: leaves the applier with a transaction and nothing under way.
  EventCollector(const Options& options,
                 Applier& applier,
                 Rejects& rejects,
                 const LineStore& lines,
                 std::function<void()> open);

  // The next line, which is `index` of the batch. Throws what the server says.
  void take(std::uint64_t index, std::uint64_t line_number, const event::Event& event);
  void take(std::uint64_t index, const event::Control& control);
  // Applies lines [from, to) again, up to their commit. False when a snapshot's helper table is
  // lost.
  bool replay(std::uint64_t from, std::uint64_t to);
  // Applies what is left of lines up to `end`, and waits.
  void settle(std::uint64_t end);
  // Sets the positions that the commit is to store.
  PositionStore::Moves moves();

  // The first half of a change of key came last.
  [[nodiscard]] bool holds_half() const noexcept { return !held_.empty(); }
  void drop_half() noexcept { held_.clear(); }
  // Nothing waits for a later line.
  [[nodiscard]] bool is_whole() const noexcept { return held_.empty() && truncates_.empty(); }
  // The lines of the batch before lie in front of this one's again.
  void shift(std::uint64_t lines) noexcept { index_ += lines; }
  // Another batch begins.
  void begin_batch() noexcept;
  // What was collected is given up; the applier has nothing under way.
  void abandon() noexcept { run_.abandon(); }
  void forget();

  EventTables& tables() noexcept { return tables_; }
  PositionStore& positions() noexcept { return positions_; }
  [[nodiscard]] const PositionStore& positions() const noexcept { return positions_; }
  CollectedRun& run() noexcept { return run_; }
  Refusals& refusals() noexcept { return refusals_; }

 private:
  void take_line(const StoredLine& line);
  void take_event(std::uint64_t line_number, const event::Event& event);
  void take_control(const event::Control& control);
  void take_snapshot(const event::Control& control);
  void take_truncate(std::uint64_t line_number, const event::Event& event);
  void take_move(std::uint64_t line_number, const event::Event& event);
  // Half of a change of key whose other half is somewhere else in Kafka.
  void reject_torn(std::uint64_t line_number, const event::Event& event);
  void take_change(std::uint64_t line_number, EventTable& table, const event::Event& event);
  // A column is staged otherwise from now on.
  void collect_again();
  void flush_when_large(std::size_t bytes);
  void settle_held();
  void settle_truncates();
  // Sends what was collected; lines from `end` on are not part of it.
  void flush(std::uint64_t end);
  // The same, and waits: the session is free then.
  void flush_all(std::uint64_t end);
  // The same for all before the line at hand, which stands for itself.
  void flush_before();

  Applier& applier_;
  Rejects& rejects_;
  const LineStore& lines_;
  std::function<void()> open_;
  EventTables tables_;
  PositionStore positions_;
  TargetOwners owners_;
  event::Decoder decoder_;
  CollectedRun run_;
  Refusals refusals_;
  HeldHalf held_;
  Truncates truncates_;
  std::uint64_t run_begin_ = 0;  // index of the first line that is only collected
  std::uint64_t index_ = 0;      // of the line in hand
  std::uint64_t collected_ = 0;  // bytes of lines since the last flush
};

}  // namespace cdckit::pg_load
