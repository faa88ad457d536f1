// Applies change events to their tables in order, in one transaction of the target from border to
// border of the source, with the position stored in it. Lines are kept until the commit, so that a
// lost connection or a bad row only means applying them again, in smaller pieces if need be.
#pragma once

#include "common/event/control.hpp"
#include "common/event/input.hpp"
#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/events/collected_run.hpp"
#include "tools/pg-load/events/event_batch.hpp"
#include "tools/pg-load/events/event_tables.hpp"
#include "tools/pg-load/events/held_half.hpp"
#include "tools/pg-load/target/position_store.hpp"
#include "tools/pg-load/target/session.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::pg_load {

class EventLoader {
 public:
  EventLoader(const Options& options, Session& session, Rejects& rejects);

  // A tracked source: from now on positions are kept in the target.
  void hello(std::string_view source_json, std::string_view encoding);
  void add(std::uint64_t line_number, const event::Event& event);
  // schema and snapshot lines.
  void add(std::uint64_t line_number, const event::Control& control);
  // A checkpoint was read: a batch that has to be sent again is committed from mark to mark.
  void mark() { batch_.mark(); }
  // Everything before this position of a tracked source was added; kept in the target with the next
  // commit, for pg-load verify.
  void reached(const std::string& pos);
  // The checkpoint that the target has stored, and how far it surely has the source's changes.
  [[nodiscard]] std::string stored_checkpoint() const { return positions_.stored("checkpoint"); }
  [[nodiscard]] std::string has_up_to() const;
  // There is something to commit, if only a position.
  [[nodiscard]] bool moved() const noexcept { return pending() > 0 || !batch_.reached().empty(); }
  // Commits what was added; one receipt for each table that was touched, several when the batch had
  // to be sent again. No commit may be under way.
  std::vector<Receipt> commit() { return commit_until(batch_.size()); }
  // Begins to commit what was added and returns at once: what is added meanwhile belongs to the
  // next batch. False, and nothing done, when it cannot go that way: then commit() can.
  bool start_commit();
  [[nodiscard]] bool committing() const noexcept { return progress_ != Progress::none; }
  // Waits for it. Nothing when it failed in a way that may pass, or for single rows: then all is
  // part of what commit() will commit.
  std::optional<std::vector<Receipt>> finish_commit();
  // Commits what was added before the newest mark and forgets the rest.
  std::vector<Receipt> commit_marked();
  // The same, but the rest is kept, to be applied with the next commit.
  std::vector<Receipt> commit_to_mark();
  // The first half of a change of key was added last, and its other half will not come: it is not
  // to be taken for a delete. False when there is none.
  bool drop_half() noexcept;
  // Takes back what was added since the last commit.
  void forget();

  // Lines added since the last commit, without those that had been applied before.
  [[nodiscard]] std::uint64_t pending() const noexcept { return batch_.size(); }
  [[nodiscard]] std::uint64_t pending_bytes() const noexcept { return batch_.lines().bytes(); }
  // Nothing was added behind the newest mark.
  [[nodiscard]] bool at_mark() const noexcept { return batch_.marked() == batch_.size(); }
  // True when this event begins another transaction of the source than the one before.
  [[nodiscard]] bool begins_transaction(const event::Event& event) const noexcept;
  [[nodiscard]] std::chrono::steady_clock::time_point started() const noexcept {
    return batch_.started();
  }

 private:
  enum class Progress { none, under_way, done };
  struct Refusal {
    std::string reason;
    std::string code;
  };

  // One line, while it comes in or when lines are applied again.
  void take_line(const StoredLine& line);
  void take_event(std::uint64_t line_number, const event::Event& event);
  void take_control(const event::Control& control);
  void take_snapshot(const event::Control& control);
  void refuse_shared_picture(const EventTable& table) const;
  void take_truncate(const event::Event& event);
  void take_move(std::uint64_t line_number, const event::Event& event);
  // Half of a change of key whose other half is somewhere else in Kafka.
  void reject_torn(std::uint64_t line_number, const event::Event& event);
  void take_change(std::uint64_t line_number, EventTable& table, const event::Event& event);
  // A column is staged otherwise from now on.
  void collect_again();
  void flush_when_large(std::size_t bytes);
  void hold(std::uint64_t line_number, const event::Event& event);
  void settle_held();
  void settle_truncates();
  // Runs work on the server while lines come in. What can be tried again is, when the batch ends.
  template <class Work>
  void guarded(const Work& work);

  void ensure_transaction();
  void complete_commit();
  void take_back_sent();
  // Sends what was collected; lines from `end` on are not part of it.
  void flush(std::uint64_t end);
  // The same, and waits: the session is free then.
  void flush_all(std::uint64_t end);

  // Applies lines [from, to) again, up to their commit. False when a snapshot's helper table is
  // lost.
  bool replay(std::uint64_t from, std::uint64_t to);
  void send(std::uint64_t end);
  std::vector<Receipt> commit_until(std::uint64_t end);
  bool commit_piece(std::uint64_t from, std::uint64_t to);
  // What a constraint refused at the very end of lines [from, to) is searched for by applying fewer
  // of them. Returns up to where they pass now: rows to be rejected are in refused_.
  std::uint64_t search_refused(std::uint64_t from, std::uint64_t to);
  bool passes(std::uint64_t from, std::uint64_t to);
  void refuse_lines(std::uint64_t from, std::uint64_t begin, std::uint64_t to);
  void readmit(std::uint64_t from, std::uint64_t to);
  // Where transactions of the source begin in lines [from, to), and `to`.
  std::vector<std::uint64_t> borders(std::uint64_t from, std::uint64_t to) const;
  void take_receipts(std::vector<Receipt>& receipts);
  void clear_batch();

  Session& session_;
  Rejects& rejects_;
  EventTables tables_;
  PositionStore positions_;
  event::Decoder decoder_;
  EventBatch batch_;
  EventBatch sent_;  // what start_commit() began to commit
  PositionStore::Moves sent_moves_;
  std::vector<Receipt> sent_receipts_;
  Progress progress_ = Progress::none;
  CollectedRun run_;
  std::uint64_t run_begin_ = 0;  // index of the first line that is only collected
  std::uint64_t index_ = 0;      // of the line in hand, in batch_
  std::uint64_t collected_ = 0;  // bytes of lines since the last flush
  HeldHalf held_;
  std::vector<std::string> truncates_;  // quoted names that wait to be emptied together
  std::string last_pos_;
  std::map<std::uint64_t, Refusal> refused_;  // by line number
  Refusal refusal_;                           // what the last try met
  bool half_dropped_ = false;
  bool atomic_ = false;  // --atomic: nothing is committed before the end
  bool at_end_ = false;  // of a transaction: all lines were applied
  bool in_transaction_ = false;
  bool broken_ = false;  // apply the lines again
};

template <class Work>
void EventLoader::guarded(const Work& work) {
  if (broken_) return;
  try {
    work();
  } catch (const base::Error& error) {
    if (!error.retryable()) throw;
    broken_ = true;
    run_.abandon();
    session_.roll_back();
    in_transaction_ = false;
  }
}

}  // namespace cdckit::pg_load
