// One table of the target as change events see it: collects their net effect and applies it as a
// set; knows the table's snapshot. Used inside a transaction that the loader began.
#pragma once

#include "common/event/event.hpp"
#include "tools/pg-load/batch/receipt.hpp"
#include "tools/pg-load/events/event_fold.hpp"
#include "tools/pg-load/table/row_encoder.hpp"
#include "tools/pg-load/table/statements.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <string>
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
  EventTable(TargetTable target, EncoderSettings settings);
  EventTable(const EventTable&) = delete;
  EventTable& operator=(const EventTable&) = delete;

  // Adds c, r, u or d to what is collected.
  FoldStatus fold(const event::Event& event);
  // Applies what was collected and forgets it. Throws what the server says.
  void apply(Session& session);
  void discard() { fold_.clear(); }
  // A key that moves (c with old_key), or a change in a table without key. False when the row to
  // change is not there.
  bool change_alone(Session& session, const event::Event& event);

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

  [[nodiscard]] const TargetTable& target() const noexcept { return target_; }
  [[nodiscard]] bool empty() const noexcept { return fold_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return fold_.bytes(); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string_view problem_code() const noexcept { return problem_code_; }
  Receipt& receipt() noexcept { return receipt_; }

 private:
  enum class Picture { none, fresh, tracked };

  FoldStatus fail(std::string text, std::string_view code);
  RowStatus read_row(const event::Event& event);
  FoldStatus encode(const event::Event& event);
  void apply_staged(Session& session);
  bool try_direct(Session& session);
  void make_stage(Session& session);
  void copy_rows(Session& session, bool direct);
  void check_holes(Session& session, const StageFacts& facts);
  void track_picture(Session& session);
  void count(Session& session, const StageFacts& facts);
  [[nodiscard]] std::string picture_table() const;

  TargetTable target_;
  RowEncoder encoder_;
  std::string stage_;
  Statements statements_;
  EventFold fold_;
  std::vector<std::size_t> folded_active_;  // the columns of the collected rows
  Receipt receipt_;
  std::string problem_;
  std::string_view problem_code_;
  std::string buffer_;
  std::vector<Codec> stage_codecs_;
  std::uint64_t stage_epoch_ = 0;
  std::uint64_t picture_generation_ = 0;
  std::uint64_t horizon_ = 0;
  std::uint64_t newest_read_ = 0;  // highest LSN of op r in the open picture
  std::uint64_t distrust_ = 0;     // rounds before a direct COPY is tried again
  Picture picture_ = Picture::none;
  bool horizon_known_ = false;
};

}  // namespace cdckit::pg_load
