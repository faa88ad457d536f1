// Sends what was collected for one table and applies it as a set. Needs nothing of the table but
// the SQL in its plan, so that it may work while the table collects on; one thread at a time.
#pragma once

#include "tools/pg-load/events/event_fold.hpp"
#include "tools/pg-load/events/keyless_fold.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <string>

namespace cdckit::pg_load {

// All SQL that one set takes; what is empty is not needed.
struct SetPlan {
  std::string make_stage;   // DROP and CREATE of the staging table
  std::string clear_stage;  // the same table, emptied
  std::string copy_into_stage;
  std::string copy_into_target;  // the rows may go straight into the table
  std::string analyze;
  std::string count_holes;
  std::string count_twins;  // keys that are equal to the server alone
  std::string statistics;   // inserted, updated, deleted so far
  std::string apply;        // MERGE, or INSERT into a table without key
  std::string track;        // notes the keys of a picture
  std::int16_t columns = 0;
  std::int16_t origin_columns = 0;  // behind the others, when some rows moved
  bool keyed = false;
  bool sort = false;  // the order of rows with different keys does not matter
};

// For updates and deletes on a table without key, by all values of a row.
struct KeylessSql {
  std::string update_one;  // $1 what it is, $2 what it was
  std::string remove_one;  // $1
  std::string change_all;  // $1, $2: see KeylessFold::json(); gives how many are deleted, updated
};

struct SetCounts {
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t unchanged = 0;

  SetCounts& operator+=(const SetCounts& more) noexcept {
    inserted += more.inserted;
    updated += more.updated;
    deleted += more.deleted;
    unchanged += more.unchanged;
    return *this;
  }
};

class SetWriter {
 public:
  // Inside a transaction. Throws what the server says.
  SetCounts write(Session& session, EventFold& set, const SetPlan& plan);

 private:
  bool try_direct(Session& session, const EventFold& set, const SetPlan& plan);
  void prepare_stage(Session& session, const SetPlan& plan);
  void copy(Session& session, const EventFold& set, const SetPlan& plan, bool direct);
  static SetCounts apply(Session& session, const EventFold& set, const SetPlan& plan);

  std::string buffer_;
  std::string made_;  // make_stage of the staging table that exists
  std::uint64_t epoch_ = 0;
  std::uint64_t transaction_ = 0;  // that the staging table was filled in
  std::uint64_t distrust_ = 0;     // sets before rows go straight into the table again
};

// The net effect of updates and deletes on a table without key, one statement whatever their
// number: the table is read once. Throws a data error (23000) when a row that should be there is
// not: some of the changes have been made then, and the caller takes them back.
SetCounts write_keyless(Session& session, const KeylessFold& changes, const KeylessSql& sql);

// What was collected for one table, handed over to be applied: nothing of it changes until that is
// over.
struct TableSet {
  KeylessFold changes;  // come before the rows
  KeylessSql keyless;
  EventFold rows;
  SetPlan plan;
  SetWriter writer;
  SetCounts counts;

  [[nodiscard]] bool empty() const noexcept { return rows.empty() && changes.size() == 0; }
  void clear() {
    changes.clear();
    rows.clear();
  }
};

}  // namespace cdckit::pg_load
