// Applies change events to their tables in order, in one transaction of the target from border to
// border of the source, with the position stored in it. Lines are kept until the commit, so that a
// lost connection or a bad row only means applying them again, in smaller pieces if need be. For
// one thread; the applier has another one.
#pragma once

#include "common/event/control.hpp"
#include "common/event/input.hpp"
#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/events/applier.hpp"
#include "tools/pg-load/events/event_batch.hpp"
#include "tools/pg-load/events/event_collector.hpp"
#include "tools/pg-load/events/refusal_search.hpp"
#include "tools/pg-load/target/position_store.hpp"
#include "tools/pg-load/target/session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::pg_load {

class EventLoader {
 public:
  // The session is the applier's from now on.
  EventLoader(const Options& options, Session& session, Rejects& rejects);
  EventLoader(const EventLoader&) = delete;
  EventLoader& operator=(const EventLoader&) = delete;
  // The applier's thread uses what is gone next.
  ~EventLoader() { applier_.give_up(); }

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
  [[nodiscard]] std::string stored_checkpoint() const {
    return collector_.positions().stored("checkpoint");
  }
  [[nodiscard]] std::string has_up_to() const;
  // There is something to commit, if only a position.
  [[nodiscard]] bool moved() const noexcept { return pending() > 0 || !batch_.reached().empty(); }
  // Commits what was added; one receipt for each table that was touched, several when the batch had
  // to be sent again. No commit may be under way.
  std::vector<Receipt> commit() { return commit_until(batch_.size()); }
  // Begins to commit what was added and returns at once: what is added meanwhile belongs to the
  // next batch. False, and nothing done, when it cannot go that way: then commit() can.
  bool start_commit();
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
  // Runs work on the server while lines come in. What can be tried again is, when the batch ends.
  template <class Work>
  void guarded(const Work& work);
  PositionStore& positions() noexcept { return collector_.positions(); }
  // A transaction is open then, and nothing is under way.
  void open_transaction();
  void complete_commit();
  void take_back_sent();

  void send(std::uint64_t end);
  std::vector<Receipt> commit_until(std::uint64_t end);
  bool commit_piece(std::uint64_t from, std::uint64_t to);
  void take_receipts(std::vector<Receipt>& receipts);
  void clear_batch();

  Rejects& rejects_;
  EventBatch batch_;
  EventBatch sent_;  // what start_commit() began to commit
  PositionStore::Moves sent_moves_;
  std::optional<std::vector<Receipt>> settled_;  // of what was sent, once that is committed
  Applier applier_;
  EventCollector collector_;
  RefusalSearch search_;
  std::string last_pos_;
  bool half_dropped_ = false;
  bool atomic_ = false;  // --atomic: nothing is committed before the end
  bool at_end_ = false;  // of a transaction: all lines were applied
};

}  // namespace cdckit::pg_load
