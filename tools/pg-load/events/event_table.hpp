// One table of the target as change events see it: collects their net effect and applies it as a
// set; knows the table's snapshot. Used inside a transaction that the loader began. All but send()
// is for the owner's thread.
#pragma once

#include "common/event/control.hpp"
#include "common/event/event.hpp"
#include "tools/pg-load/events/event_fold.hpp"
#include "tools/pg-load/events/set_writer.hpp"
#include "tools/pg-load/events/table_conduct.hpp"
#include "tools/pg-load/events/table_picture.hpp"
#include "tools/pg-load/events/table_receipt.hpp"
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
  void remember_counts() noexcept { receipt_.remember(); }
  void restore_counts() noexcept { receipt_.restore(); }
  // It was not: it is forgotten.
  void withdraw() { set_.clear(); }
  // Puts what is collected aside, and back.
  void swap_parked() { std::swap(collected_, parked_); }
  // Forgets what was collected and the set; clear() what was put aside as well.
  void discard();
  void clear();
  // A key that moves (c with old_key), or a change in a table without key. False when the row to
  // change is not there.
  bool change_alone(Session& session, const event::Event& given);
  // Whether the event leaves columns out that did not change.
  bool has_holes(const event::Event& event);

  void begin_picture(Session& session, const event::Control& border) {
    receipt_.open().deleted += picture_.begin(session, target_, statements_, border);
  }
  void end_picture(Session& session, const event::Control& border) {
    receipt_.open().deleted += picture_.end(session, target_, statements_, border);
  }
  TablePicture& picture() noexcept { return picture_; }
  [[nodiscard]] const TablePicture& picture() const noexcept { return picture_; }

  // The same table as it was known before: its receipt and its picture go on.
  void go_on_from(const EventTable& before);

  [[nodiscard]] const TargetTable& target() const noexcept { return target_; }
  [[nodiscard]] bool empty() const noexcept { return collected_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return collected_.rows.bytes() + collected_.changes.bytes();
  }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] std::string_view problem_code() const noexcept { return problem_code_; }
  Receipt& receipt() noexcept { return receipt_.open(); }
  // What was handed over is the last of its batch: the receipt is closed, the next one begins.
  void close_receipt() { receipt_.close(); }
  std::optional<Receipt> take_closed_receipt() { return receipt_.take_closed(); }

 private:
  struct Collected {
    KeylessFold changes;  // of a table without key; come before the rows
    EventFold rows;
    std::vector<std::size_t> active;  // their columns

    [[nodiscard]] bool empty() const noexcept { return rows.empty() && changes.size() == 0; }
    void clear() {
      changes.clear();
      rows.clear();
    }
  };

  FoldStatus fail(std::string text, std::string_view code);
  RowStatus read_row(const event::Event& event);
  FoldStatus read_event(const event::Event& event);
  FoldStatus encode(const event::Event& event, EncodedEvent& encoded);
  FoldStatus fold_plain(const event::Event& event);
  FoldStatus fold_row(const event::Event& event);
  FoldStatus fold_keyless(const event::Event& event);
  FoldStatus fold_move_plain(const event::Event& event);
  FoldStatus fail_decoding();
  bool change_equal_row(pg::Connection& connection, const event::Event& event);
  bool move_alone(pg::Connection& connection, const event::Event& event);
  bool change_under_key(pg::Connection& connection, const event::Event& event);
  bool insert_alone(pg::Connection& connection, const event::Event& event);
  FoldStatus encode_leaving(std::string_view old_key, LeavingKey& leaving);
  void plan_set();
  void plan_keyless();
  [[nodiscard]] std::optional<KeyRange> range_of_set() const;
  [[nodiscard]] std::string make_stage_sql() const;

  StreamDecoder& decoder_;
  TargetTable target_;
  TableConduct conduct_;
  RowEncoder encoder_;
  std::string stage_;
  Statements statements_;
  Collected collected_;
  Collected parked_;
  TableSet set_;
  TableReceipt receipt_;
  TablePicture picture_;
  std::string leaving_;  // scratch
  std::string problem_;
  std::string_view problem_code_;
};

}  // namespace cdckit::pg_load
