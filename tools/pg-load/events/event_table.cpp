#include "tools/pg-load/events/event_table.hpp"

#include "common/base/error.hpp"
#include "tools/pg-load/events/key_range.hpp"
#include "tools/pg-load/events/single_change.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kAnalyzeRows = 1000;

}  // namespace

EventTable::EventTable(TargetTable target,
                       TableConduct conduct,
                       EncoderSettings settings,
                       StreamDecoder& decoder)
    : decoder_(decoder),
      target_(std::move(target)),
      conduct_(conduct),
      encoder_(target_, settings),
      stage_("cdckit_events_" + std::to_string(target_.oid)),
      statements_(target_, stage_, StageKind::events),
      receipt_(display_name(target_.name)) {}

FoldStatus EventTable::fail(std::string text, std::string_view code) {
  problem_ = std::move(text);
  problem_code_ = code;
  return FoldStatus::bad;
}

RowStatus EventTable::read_row(const event::Event& event) {
  if (event.op == 'd') {
    encoder_.clear();
    encoder_.read_key({event.key, event.key_members});
    encoder_.read_key({event.before, event.before_members});
    return RowStatus::good;
  }
  const RowStatus status = encoder_.read({event.after, event.after_members});
  encoder_.mask(event.unchanged);
  return status;
}

FoldStatus EventTable::read_event(const event::Event& event) {
  const RowStatus status = read_row(event);
  if (status == RowStatus::bad) return fail(encoder_.problem_text(), encoder_.problem().code);
  if (status == RowStatus::grown && !collected_.empty()) return FoldStatus::barrier;
  return FoldStatus::folded;
}

FoldStatus EventTable::fail_decoding() {
  const FieldProblem& problem = decoder_.problem();
  std::string text = decoder_.problem_text();
  if (!problem.hint.empty()) text.append(". ").append(problem.hint);
  return fail(std::move(text), problem.code);
}

FoldStatus EventTable::fold(const event::Event& event) {
  const event::Event* plain = decoder_.plain(event, target_);
  return plain == nullptr ? fail_decoding() : fold_plain(*plain);
}

FoldStatus EventTable::fold_move(const event::Event& event) {
  const event::Event* plain = decoder_.plain(event, target_);
  return plain == nullptr ? fail_decoding() : fold_move_plain(*plain);
}

bool EventTable::has_holes(const event::Event& event) {
  const event::Event* plain = decoder_.plain(event, target_);
  return plain != nullptr && !plain->unchanged.empty();
}

FoldStatus EventTable::fold_plain(const event::Event& event) {
  if (event.op != 'd' && event.after.empty()) return fail("the event has no \"after\"", "22023");
  const bool changes_row = event.op == 'u' || event.op == 'd';
  if (target_.key.empty() && changes_row && event.before.empty())
    return fail("the table has no key and the event no full \"before\"", "55000");
  if (conduct_.all_alone) {
    if (event.op == 'r') picture_.read(event.pos);
    return FoldStatus::alone;
  }
  if (target_.key.empty() && changes_row) return fold_keyless(event);
  const FoldStatus status = fold_row(event);
  if (status == FoldStatus::folded && collected_.changes.begun())
    collected_.changes.inserted(as_sent(target_, event.after), collected_.rows.newest());
  return status;
}

// Inserts of the run that came before its first update or delete are not known one by one: they are
// applied by themselves.
FoldStatus EventTable::fold_keyless(const event::Event& event) {
  if (!event.unchanged.empty()) return FoldStatus::alone;
  KeylessFold& changes = collected_.changes;
  if (!changes.begun() && !collected_.rows.empty()) return FoldStatus::barrier;
  changes.begin();
  const std::string before = as_sent(target_, event.before);
  if (event.op == 'd') {
    if (const auto entry = changes.take_inserted(before)) {
      collected_.rows.drop(*entry);
    } else {
      changes.remove(before);
    }
    return FoldStatus::folded;
  }
  const std::string after = as_sent(target_, event.after);
  if (!changes.has_inserted(before)) {
    const std::vector<std::string> columns = writable_members(target_, event.after);
    if (columns.empty()) return FoldStatus::alone;
    return changes.update(before, after, columns) ? FoldStatus::folded : FoldStatus::barrier;
  }
  event::Event insert = event;
  insert.op = 'c';
  const FoldStatus status = fold_row(insert);
  if (status != FoldStatus::folded) return status;
  collected_.rows.drop(*changes.take_inserted(before));
  changes.inserted(after, collected_.rows.newest());
  return FoldStatus::folded;
}

FoldStatus EventTable::fold_row(const event::Event& event) {
  if (const FoldStatus read = read_event(event); read != FoldStatus::folded) return read;
  if (event.op == 'r') picture_.read(event.pos);
  EncodedEvent encoded{.op = event.op == 'r' && picture_.is_fresh() ? 'c' : event.op};
  if (const FoldStatus status = encode(event, encoded); status != FoldStatus::folded) return status;
  if (collected_.rows.add(encoded, collected_.active)) return FoldStatus::folded;
  collected_.rows.buffer().resize(encoded.offset);
  return FoldStatus::barrier;
}

FoldStatus EventTable::fold_move_plain(const event::Event& event) {
  if (event.after.empty()) return fail("the event has no \"after\"", "22023");
  if (target_.key.empty() || conduct_.moves_alone) return FoldStatus::alone;
  if (const FoldStatus read = read_event(event); read != FoldStatus::folded) return read;
  EncodedEvent encoded{.op = event.unchanged.empty() ? 'c' : 'u'};
  if (const FoldStatus status = encode(event, encoded); status != FoldStatus::folded) return status;
  LeavingKey leaving;
  const FoldStatus status = encode_leaving(event.old_key, leaving);
  if (status != FoldStatus::folded) {
    collected_.rows.buffer().resize(encoded.offset);
    return status;
  }
  return collected_.rows.add_moved(encoded, leaving, collected_.active) ? FoldStatus::folded
                                                                        : FoldStatus::barrier;
}

// An old key that is none of the target's own makes the event one to apply alone.
FoldStatus EventTable::encode_leaving(std::string_view old_key, LeavingKey& leaving) {
  leaving_.clear();
  append_bytes_field(leaving_, "d");
  encoder_.clear();
  encoder_.read_key(old_key);
  const RowStatus status = encoder_.append_key_only(leaving_);
  if (status == RowStatus::recoded) return FoldStatus::recoded;
  if (status != RowStatus::good) return FoldStatus::alone;
  leaving = {
      .row = leaving_, .key_offset = encoder_.key().offset, .key_length = encoder_.key().length};
  return FoldStatus::folded;
}

// At the end of the fold's buffer; on failure nothing is left there.
FoldStatus EventTable::encode(const event::Event& event, EncodedEvent& encoded) {
  if (collected_.rows.empty()) collected_.active = encoder_.active();
  std::string& buffer = collected_.rows.buffer();
  encoded.offset = buffer.size();
  append_bytes_field(buffer, std::string_view(&encoded.op, 1));
  const RowStatus status =
      event.op == 'd' ? encoder_.append_key_only(buffer) : encoder_.append(buffer);
  if (status != RowStatus::good) buffer.resize(encoded.offset);
  if (status == RowStatus::recoded) return FoldStatus::recoded;
  if (status != RowStatus::good) return fail(encoder_.problem_text(), encoder_.problem().code);
  encoded.key_offset = encoder_.key().offset;
  encoded.key_length = target_.key.empty() ? 0 : encoder_.key().length;
  encoded.masked = event.op != 'd' && encoder_.masked();
  return FoldStatus::folded;
}

bool EventTable::hand_over() {
  if (collected_.empty()) {
    collected_.changes.clear();
    collected_.rows.release();
    set_.rows.release();
    return false;
  }
  std::swap(collected_.rows, set_.rows);
  std::swap(collected_.changes, set_.changes);
  if (set_.changes.size() > 0) plan_keyless();
  if (!set_.rows.empty()) plan_set();
  return true;
}

void EventTable::plan_keyless() {
  const std::vector<std::string>& columns = set_.changes.columns();
  set_.keyless = {.update_one = columns.empty() ? "" : change_equal_row_sql(target_, columns),
                  .remove_one = delete_equal_row_sql(target_),
                  .change_all = change_equal_rows_sql(target_, columns)};
}

// The planner is told to go by the key's index: its guess about a staging table is poor, and a join
// that reads the whole table would be done again for each set. Where the set has most keys of a
// range, that range is read once in order. Not with other unique columns: there the rows change in
// the order of the events.
void EventTable::plan_set() {
  const bool keyed = !target_.key.empty();
  const bool by_index = keyed && target_.key_indexed;
  const StageFacts facts{.active = collected_.active,
                         .masked = set_.rows.any_masked(),
                         .compare_only_reads = set_.rows.count('r') > 0,
                         .moved = set_.rows.any_moved(),
                         .range = range_of_set()};
  const bool all_new = set_.rows.count('c') == set_.rows.rows() && !facts.masked && !facts.moved;
  const bool direct =
      all_new && !picture_.is_tracked() && statements_.can_copy_directly(collected_.active);
  const std::string planner = Statements::planner(by_index ? JoinBy::look_up : JoinBy::planner);
  set_.plan = {
      .make_stage = make_stage_sql(),
      .clear_stage = "TRUNCATE pg_temp." + stage_,
      .copy_into_stage = statements_.copy_into_stage(collected_.active, facts.moved),
      .copy_into_target = direct ? statements_.copy_into_target(collected_.active) : "",
      .analyze = by_index || set_.rows.rows() < kAnalyzeRows ? "" : statements_.analyze_stage(),
      .count_holes =
          keyed && (facts.masked || facts.moved) ? planner + statements_.count_holes(facts) : "",
      .count_twins = keyed && !keys_are_exact(target_, conduct_) ? statements_.count_twins() : "",
      .statistics = target_.counted ? statements_.statistics() : "",
      .apply = keyed ? (facts.range ? Statements::planner(JoinBy::range) : planner) +
                           statements_.merge(facts)
                     : statements_.insert(facts),
      .track = picture_.is_tracked() ? TablePicture::track_sql(target_, statements_, stage_) : "",
      .columns = static_cast<std::int16_t>(collected_.active.size()),
      .origin_columns =
          facts.moved ? static_cast<std::int16_t>(target_.key.size()) : std::int16_t{0},
      .keyed = keyed,
      .sort = keyed && !target_.other_unique};
}

std::optional<KeyRange> EventTable::range_of_set() const {
  const bool in_any_order = target_.key_indexed && target_.merges && !target_.other_unique;
  if (!in_any_order || set_.rows.any_masked() || set_.rows.any_moved()) return std::nullopt;
  return dense_range(target_, set_.rows);
}

std::string EventTable::make_stage_sql() const {
  return statements_.drop_stage() + "; " + statements_.create_stage();
}

void EventTable::send(Session& session) {
  set_.counts = {};
  if (set_.changes.size() > 0) set_.counts = write_keyless(session, set_.changes, set_.keyless);
  if (!set_.rows.empty()) set_.counts += set_.writer.write(session, set_.rows, set_.plan);
}

void EventTable::settle() {
  receipt_.add(set_.counts);
  set_.clear();
}

void EventTable::discard() {
  collected_.clear();
  set_.clear();
}

void EventTable::clear() {
  discard();
  parked_.clear();
  receipt_.forget_closed();
}

void EventTable::go_on_from(const EventTable& before) {
  receipt_ = before.receipt_;
  picture_ = before.picture_;
}

bool EventTable::change_alone(Session& session, const event::Event& given) {
  const event::Event* plain = decoder_.plain(given, target_);
  if (plain == nullptr) throw base::Error(base::ErrorKind::data, decoder_.problem_text());
  pg::Connection& connection = session.connection();
  if (target_.key.empty()) return change_equal_row(connection, *plain);
  if (plain->old_key.empty()) return change_under_key(connection, *plain);
  if (move_alone(connection, *plain)) return true;
  return conduct_.all_alone && change_under_key(connection, *plain);
}

bool EventTable::change_equal_row(pg::Connection& connection, const event::Event& event) {
  const std::string before = as_sent(target_, event.before);
  if (event.op == 'd') {
    const pg::Parameter parameters[] = {before};
    const std::uint64_t deleted =
        connection.query(delete_equal_row_sql(target_), parameters).affected();
    receipt_.open().deleted += deleted;
    return deleted > 0;
  }
  if (event.op != 'u') return insert_alone(connection, event);
  const std::string after = as_sent(target_, event.after);
  const pg::Parameter parameters[] = {after, before};
  const std::uint64_t updated =
      connection
          .query(change_equal_row_sql(target_, writable_members(target_, event.after)), parameters)
          .affected();
  receipt_.open().updated += updated;
  return updated > 0;
}

bool EventTable::move_alone(pg::Connection& connection, const event::Event& event) {
  const bool replaces = has_identity_key(target_);
  const std::vector<std::string> columns = writable_members(target_, event.after, replaces);
  const std::string after = as_sent(target_, event.after);
  const std::string old_key = as_sent(target_, event.old_key);
  const pg::Parameter parameters[] = {after, old_key};
  const std::string sql =
      replaces ? replace_moved_sql(target_, columns) : move_sql(target_, columns);
  const std::uint64_t updated = connection.query(sql, parameters).affected();
  receipt_.open().updated += updated;
  return updated > 0;
}

// As a set does it: a row that is there is updated, one that is not is inserted.
bool EventTable::change_under_key(pg::Connection& connection, const event::Event& event) {
  if (event.op == 'd') {
    const std::string key = as_sent(target_, event.key.empty() ? event.before : event.key);
    const pg::Parameter parameters[] = {key};
    receipt_.open().deleted += connection.query(delete_key_sql(target_), parameters).affected();
    return true;
  }
  const std::string after = as_sent(target_, event.after);
  const pg::Parameter parameters[] = {after, after};
  const std::vector<std::string> columns = writable_members(target_, event.after);
  const std::uint64_t updated =
      columns.empty() ? 0 : connection.query(move_sql(target_, columns), parameters).affected();
  receipt_.open().updated += updated;
  if (updated == 0) {
    if (!event.unchanged.empty()) {
      throw pg::ServerError(
          base::ErrorKind::data,
          "could not apply update: the row to change is not there and the event leaves columns out",
          "23000",
          "");
    }
    insert_alone(connection, event);
  }
  if (event.op == 'r' && picture_.is_tracked()) {
    const pg::Parameter row[] = {after};
    connection.query(TablePicture::track_row_sql(target_), row);
  }
  return true;
}

bool EventTable::insert_alone(pg::Connection& connection, const event::Event& event) {
  const std::string after = as_sent(target_, event.after);
  const pg::Parameter parameters[] = {after};
  const std::vector<std::string> columns = writable_members(target_, event.after, true);
  receipt_.open().inserted +=
      connection.query(insert_row_sql(target_, columns), parameters).affected();
  return true;
}

}  // namespace cdckit::pg_load
