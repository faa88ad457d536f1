// A run of change events that is applied as a set; when the server refuses it, in smaller and
// smaller pieces, until the events that cannot be applied are known and rejected. Works inside the
// loader's transaction, on lines that the loader keeps. A set is sent by the applier's thread,
// while the owner's collects the next one; settle() waits for it.
#pragma once

#include "common/base/error.hpp"
#include "common/event/event.hpp"
#include "tools/pg-load/batch/line_store.hpp"
#include "tools/pg-load/batch/rejects.hpp"
#include "tools/pg-load/events/applier.hpp"
#include "tools/pg-load/events/event_tables.hpp"
#include "tools/pg-load/events/held_half.hpp"
#include "tools/pg-load/target/position_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::pg_load {

class CollectedRun {
 public:
  CollectedRun(Applier& applier,
               EventTables& tables,
               PositionStore& positions,
               Rejects& rejects,
               const LineStore& lines)
      : applier_(applier),
        tables_(tables),
        positions_(positions),
        rejects_(rejects),
        lines_(lines) {}

  // Adds an event, or the second half of a change of key; a bad one is rejected.
  FoldStatus fold(std::uint64_t line_number, EventTable& table, const event::Event& event);
  FoldStatus fold_move(std::uint64_t line_number, EventTable& table, const event::Event& event);
  // One change by itself in a savepoint, all else being settled: false when nothing was there to
  // change, or it was rejected.
  bool change_alone(std::uint64_t line_number, const event::Event& event, bool& rejected);
  // The row of a change of key, likewise; where it is not there, the new one is collected.
  void move_alone(std::uint64_t line_number, EventTable& table, const event::Event& event);
  // Collects lines [from, to) from their beginning and applies them.
  void apply_again(std::uint64_t from, std::uint64_t to);
  // Sends what was collected, which are lines [from, to) of the store.
  void send(std::uint64_t from, std::uint64_t to);
  // Waits until what was sent is applied. The session is free then.
  void settle();
  // Sends what was collected as the last of its batch, runs `last` on the same thread, and commits.
  // May be called only when all is settled.
  void send_last(Applier::Work last);
  // Waits for it. Throws what went wrong: all of it is for the caller to take back.
  void settle_last();
  // All is forgotten. Nothing may be under way.
  void abandon() noexcept;

  // Of all tables, since the last send().
  [[nodiscard]] std::size_t encoded_bytes() const noexcept { return encoded_bytes_; }

  EventTable& table_of(const event::Event& event);
  // Where the last picture of the table ends, from the target's own records.
  EventTable& know_horizon(EventTable& table);
  // The event is part of a picture that was applied.
  [[nodiscard]] bool in_picture(const EventTable& table, const event::Event& event) const;
  void reject(std::uint64_t line_number,
              EventTable& table,
              const std::string& reason,
              const std::string& code);

 private:
  void hand_over();
  void send_sets(Session& session);
  void bisect(std::uint64_t from, std::uint64_t to);
  void settle_sets();
  void apply_collected();
  void withdraw();
  bool try_range(std::uint64_t from, std::uint64_t to);
  void take_back_range();
  void split(std::uint64_t from, std::uint64_t to);
  // Lines [from, to) are one line, or the two halves of a change of key.
  bool is_one_change(std::uint64_t from, std::uint64_t to) const;
  void refuse_change(std::uint64_t from, std::uint64_t to, const base::Error& error);
  void fold_range(std::uint64_t from, std::uint64_t to);
  void fold_line(const StoredLine& line, const event::Event& event, HeldHalf& held);
  void fold_held(HeldHalf& held);
  FoldStatus noted(std::uint64_t line_number, EventTable& table, FoldStatus status);

  Applier& applier_;
  EventTables& tables_;
  PositionStore& positions_;
  Rejects& rejects_;
  const LineStore& lines_;
  EventTable* last_table_ = nullptr;  // of fold()
  std::uint64_t last_number_ = 0;
  std::size_t encoded_bytes_ = 0;
  std::vector<EventTable*> sets_;  // tables with a set
  std::uint64_t sent_from_ = 0;    // lines of what is under way
  std::uint64_t sent_to_ = 0;
};

}  // namespace cdckit::pg_load
