// One table of the target as change events see it: collects their net effect and applies it as a
// set; knows the table's snapshot. Used inside a transaction that the loader began. All but send()
// is for the owner's thread.
#pragma once

#include "common/event/event.hpp"
#include "tools/pg-load/batch/receipt.hpp"
#include "tools/pg-load/events/event_fold.hpp"
#include "tools/pg-load/events/set_writer.hpp"
#include "tools/pg-load/events/table_conduct.hpp"
#include "tools/pg-load/table/row_encoder.hpp"
#include "tools/pg-load/table/statements.hpp"
#include "tools/pg-load/table/stream_decoder.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::pg_load {

enum class FoldStatus {
  folded,
  bad,      // problem(): the event cannot be applied
  barrier,  // apply what was collected, then fold again
  recoded,  // a column changed its staging: collect the run again from its first event
  alone,    // must be applied by itself: see change_alone()
};

class EventTable {
 public:
  // `decoder` outlives the table.
  EventTable(TargetTable target,
             TableConduct conduct,
             EncoderSettings settings,
             StreamDecoder& decoder);
  EventTable(const EventTable&) = delete;
  EventTable& operator=(const EventTable&) = delete;

  // Adds c, r, u or d to what is collected.
  FoldStatus fold(const event::Event& event);
  // Adds a change of key, given as its second half: the row goes from one key to another.
  FoldStatus fold_move(const event::Event& event);
  // What was collected becomes a set to be sent, and collecting begins anew. False when there is
  // nothing: then the table keeps no memory either. Only when no set is there.
  bool hand_over();
  // Sends the set and applies it; the one call that another thread may make meanwhile. Throws what
  // the server says.
  void send(Session& session);
  // The set was applied: it is counted and forgotten.
  void settle();
  // What was counted since is undone with the rows that it counted.
  void remember_counts() noexcept { remembered_ = counted(); }
  void restore_counts() noexcept;
  // It was not: it is forgotten.
  void withdraw() { set_.clear(); }
  // Puts what is collected aside, and back.
  void swap_parked() {
    std::swap(fold_, parked_);
    std::swap(folded_active_, parked_active_);
  }
  // Forgets what was collected and the set; clear() what was put aside as well.
  void discard();
  void clear();
  // A key that moves (c with old_key), or a change in a table without key. False when the row to
  // change is not there.
  bool change_alone(Session& session, const event::Event& event);
  // Whether the event leaves columns out that did not change.
  bool has_holes(const event::Event& event);

  // A complete picture begins: rows that it lacks are deleted at its end.
  void begin_picture(Session& session);
  void end_picture(Session& session, std::uint64_t lsn);
  // The picture's helper table lives in a session that is gone.
  [[nodiscard]] bool picture_lost(const Session& session) const noexcept;
  // Events of commits up to here are part of a picture that was applied. 0: none.
  [[nodiscard]] std::uint64_t horizon() const noexcept { return horizon_; }
  void set_horizon(std::uint64_t lsn) noexcept {
    horizon_ = lsn;
    horizon_known_ = true;
  }
  [[nodiscard]] bool horizon_known() const noexcept { return horizon_known_; }

  // The same table as it was known before: its receipt and its picture go on.
  void go_on_from(const EventTable& before);

  [[nodiscard]] const TargetTable& target() const noexcept { return target_; }
  [[nodiscard]] bool empty() const noexcept { return fold_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return fold_.bytes(); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string_view problem_code() const noexcept { return problem_code_; }
  Receipt& receipt() noexcept { return receipt_; }
  // What was handed over is the last of its batch: the receipt is closed, the next one begins.
  void close_receipt();
  // The closed one; empty when nothing happened.
  std::optional<Receipt> take_closed_receipt();

 private:
  enum class Picture { none, fresh, tracked };

  [[nodiscard]] SetCounts counted() const noexcept;

  FoldStatus fail(std::string text, std::string_view code);
  RowStatus read_row(const event::Event& event);
  FoldStatus read_event(const event::Event& event);
  FoldStatus encode(const event::Event& event, EncodedEvent& encoded);
  FoldStatus fold_plain(const event::Event& event);
  FoldStatus fold_move_plain(const event::Event& event);
  FoldStatus fail_decoding();
  FoldStatus encode_leaving(std::string_view old_key, LeavingKey& leaving);
  void plan_set();
  [[nodiscard]] std::optional<KeyRange> range_of_set() const;
  [[nodiscard]] std::string make_stage_sql() const;
  [[nodiscard]] std::string track_sql() const;
  [[nodiscard]] std::string picture_table() const;
  [[nodiscard]] std::string make_picture_sql() const;

  StreamDecoder& decoder_;
  TargetTable target_;
  TableConduct conduct_;
  RowEncoder encoder_;
  std::string stage_;
  Statements statements_;
  EventFold fold_;
  EventFold parked_;
  EventFold set_;                           // handed over
  std::vector<std::size_t> folded_active_;  // the columns of the collected rows
  std::vector<std::size_t> parked_active_;
  std::string leaving_;  // scratch
  SetPlan plan_;
  SetWriter writer_;
  SetCounts counts_;  // of the set
  SetCounts remembered_;
  Receipt receipt_;
  std::optional<Receipt> closed_receipt_;
  std::string problem_;
  std::string_view problem_code_;
  std::uint64_t picture_generation_ = 0;
  std::uint64_t horizon_ = 0;
  std::uint64_t newest_read_ = 0;  // highest LSN of op r in the open picture
  Picture picture_ = Picture::none;
  bool horizon_known_ = false;
};

}  // namespace cdckit::pg_load
