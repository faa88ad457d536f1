#include "tools/pg-load/events/set_writer.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tools/pg-load/table/statements.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <algorithm>
#include <limits>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kChunk = 64U << 10U;
constexpr std::uint64_t kDistrustRounds = 16;
constexpr std::uint64_t kNeverAgain = std::numeric_limits<std::uint64_t>::max();

std::uint64_t number_at(const pg::Result& result, int column) {
  return base::parse_unsigned(result.at(0, column)).value_or(0);
}

SetCounts statistics(pg::Connection& connection, const SetPlan& plan) {
  const pg::Result now = connection.query(plan.statistics);
  return {
      .inserted = number_at(now, 0), .updated = number_at(now, 1), .deleted = number_at(now, 2)};
}

// None of these may be staged.
void check_none(pg::Connection& connection,
                const std::string& count,
                const std::string& problem,
                const std::string& code) {
  if (count.empty() || number_at(connection.query(count), 0) == 0) return;
  throw pg::ServerError(base::ErrorKind::data, problem, code, "");
}

void check_stage(pg::Connection& connection, const SetPlan& plan) {
  check_none(
      connection,
      plan.count_holes,
      "could not apply update: the row to change is not there and the event leaves columns out",
      "23000");
  // One statement cannot change a row twice: in smaller sets each finds what the one before left.
  check_none(connection,
             plan.count_twins,
             "could not apply changes at once: their keys are equal and written differently",
             "21000");
}

void append_nulls(std::string& out, std::int16_t count) {
  for (std::int16_t i = 0; i < count; ++i) append_null_field(out);
}

[[noreturn]] void throw_no_row() {
  throw pg::ServerError(base::ErrorKind::data, "no row equals \"before\"", "23000", "");
}

SetCounts write_one(pg::Connection& connection,
                    const KeylessFold::Change& change,
                    const KeylessSql& sql) {
  if (change.after.empty()) {
    const pg::Parameter parameters[] = {change.before};
    return {.deleted = connection.query(sql.remove_one, parameters).affected()};
  }
  const pg::Parameter parameters[] = {change.after, change.before};
  return {.updated = connection.query(sql.update_one, parameters).affected()};
}

SetCounts write_all(pg::Connection& connection, const KeylessFold& changes, const KeylessSql& sql) {
  const KeylessFold::Texts json = changes.json();
  const pg::Parameter parameters[] = {json.changes, json.groups};
  const pg::Result result = connection.query(sql.change_all, parameters);
  return {.updated = base::parse_unsigned(result.at(0, 1)).value_or(0),
          .deleted = base::parse_unsigned(result.at(0, 0)).value_or(0)};
}

}  // namespace

SetCounts write_keyless(Session& session, const KeylessFold& changes, const KeylessSql& sql) {
  pg::Connection& connection = session.connection();
  const SetCounts counts = changes.size() == 1 ? write_one(connection, changes.only(), sql)
                                               : write_all(connection, changes, sql);
  if (counts.updated + counts.deleted != changes.size()) throw_no_row();
  return counts;
}

SetCounts SetWriter::write(Session& session, EventFold& set, const SetPlan& plan) {
  if (plan.sort) set.sort_by_key();
  if (try_direct(session, set, plan)) return {.inserted = set.rows()};
  prepare_stage(session, plan);
  copy(session, set, plan, false);
  if (!plan.analyze.empty()) session.connection().execute(plan.analyze);
  check_stage(session.connection(), plan);
  const SetCounts counts = apply(session, set, plan);
  if (!plan.track.empty()) session.connection().execute(plan.track);
  return counts;
}

// Rows that should be new go straight into the table; when one of them is not, the set is merged.
bool SetWriter::try_direct(Session& session, const EventFold& set, const SetPlan& plan) {
  if (distrust_ > 0) --distrust_;
  if (distrust_ > 0 || plan.copy_into_target.empty()) return false;
  session.savepoint("direct");
  try {
    copy(session, set, plan, true);
    session.release("direct");
  } catch (const base::Error& error) {
    // a table with row security takes no COPY at all
    const auto* server = dynamic_cast<const pg::ServerError*>(&error);
    const bool never = server != nullptr && server->sqlstate() == "0A000";
    if (!never && (!is_row_error(error) || !plan.keyed)) throw;
    session.roll_back_to("direct");
    distrust_ = never ? kNeverAgain : kDistrustRounds;
    return false;
  }
  return true;
}

void SetWriter::prepare_stage(Session& session, const SetPlan& plan) {
  const bool there = epoch_ == session.epoch() && made_ == plan.make_stage;
  // TRUNCATE makes a new file, a millisecond for a set of a few rows; a COMMIT has emptied it
  // already
  if (!there) {
    session.connection().execute(plan.make_stage);
  } else if (transaction_ == session.transaction()) {
    session.connection().execute(plan.clear_stage);
  }
  transaction_ = session.transaction();
  epoch_ = session.epoch();
  made_ = plan.make_stage;
}

void SetWriter::copy(Session& session, const EventFold& set, const SetPlan& plan, bool direct) {
  const auto fields =
      static_cast<std::int16_t>(plan.columns + (direct ? 0 : 2 + plan.origin_columns));
  session.begin_copy(direct ? plan.copy_into_target : plan.copy_into_stage);
  buffer_.clear();
  append_copy_header(buffer_);
  set.for_each([&](const FoldedRow& row) {
    append_big_endian(buffer_, fields);
    buffer_ += direct ? row.fields.substr(row.key_offset) : row.fields;
    buffer_ += row.origin;
    if (row.origin.empty()) append_nulls(buffer_, plan.origin_columns);
    if (buffer_.size() < kChunk) return;
    session.put_copy(buffer_);
    buffer_.clear();
  });
  append_copy_trailer(buffer_);
  session.put_copy(buffer_);
  session.end_copy();
}

SetCounts SetWriter::apply(Session& session, const EventFold& set, const SetPlan& plan) {
  pg::Connection& connection = session.connection();
  if (!plan.keyed) return {.inserted = connection.query(plan.apply).affected()};
  const SetCounts before = plan.statistics.empty() ? SetCounts{} : statistics(connection, plan);
  const std::uint64_t affected = Statements::changed_rows(connection.query(plan.apply));
  SetCounts counts;
  if (plan.statistics.empty()) {
    // None on a partitioned table: as the events have it.
    counts.deleted = std::min<std::uint64_t>(set.count('d'), affected);
    counts.inserted = std::min<std::uint64_t>(set.count('c'), affected - counts.deleted);
    counts.updated = affected - counts.deleted - counts.inserted;
  } else {
    const SetCounts now = statistics(connection, plan);
    counts = {.inserted = now.inserted - before.inserted,
              .updated = now.updated - before.updated,
              .deleted = now.deleted - before.deleted};
  }
  counts.unchanged = set.rows() - std::min<std::uint64_t>(affected, set.rows());
  return counts;
}

}  // namespace cdckit::pg_load
