#include "tools/pg-load/events/event_table.hpp"

#include "common/base/error.hpp"
#include "common/event/position.hpp"
#include "tools/pg-load/events/key_range.hpp"
#include "tools/pg-load/events/single_change.hpp"
#include "tools/pg-load/value/big_endian.hpp"

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
      statements_(target_, stage_, StageKind::events) {
  receipt_.table = display_name(target_.name);
}

std::string EventTable::picture_table() const {
  return "pg_temp.cdckit_picture_" + std::to_string(target_.oid);
}

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
  if (status == RowStatus::grown && !fold_.empty()) return FoldStatus::barrier;
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
  if (target_.key.empty() && (event.op == 'u' || event.op == 'd')) {
    if (!event.before.empty()) return FoldStatus::alone;
    return fail("the table has no key and the event no full \"before\"", "55000");
  }
  if (const FoldStatus read = read_event(event); read != FoldStatus::folded) return read;
  if (event.op == 'r') {
    const auto position = event::parse_position(event.pos);
    if (position) newest_read_ = std::max(newest_read_, position->lsn);
  }
  EncodedEvent encoded{.op = event.op == 'r' && picture_ == Picture::fresh ? 'c' : event.op};
  if (const FoldStatus status = encode(event, encoded); status != FoldStatus::folded) return status;
  if (fold_.add(encoded, folded_active_)) return FoldStatus::folded;
  fold_.buffer().resize(encoded.offset);
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
    fold_.buffer().resize(encoded.offset);
    return status;
  }
  return fold_.add_moved(encoded, leaving, folded_active_) ? FoldStatus::folded
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
  if (fold_.empty()) folded_active_ = encoder_.active();
  std::string& buffer = fold_.buffer();
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
  if (fold_.empty()) {
    fold_.release();
    set_.release();
    return false;
  }
  std::swap(fold_, set_);
  plan_set();
  return true;
}

// The planner is told to go by the key's index: its guess about a staging table is poor, and a join
// that reads the whole table would be done again for each set. Where the set has most keys of a
// range, that range is read once in order. Not with other unique columns: there the rows change in
// the order of the events.
void EventTable::plan_set() {
  const bool keyed = !target_.key.empty();
  const bool by_index = keyed && target_.key_indexed;
  const StageFacts facts{.active = folded_active_,
                         .masked = set_.any_masked(),
                         .compare_only_reads = set_.count('r') > 0,
                         .moved = set_.any_moved(),
                         .range = range_of_set()};
  const bool all_new = set_.count('c') == set_.rows() && !facts.masked && !facts.moved;
  const bool direct =
      all_new && picture_ != Picture::tracked && statements_.can_copy_directly(folded_active_);
  const std::string planner = Statements::planner(by_index ? JoinBy::look_up : JoinBy::planner);
  plan_ = {
      .make_stage = make_stage_sql(),
      .clear_stage = "TRUNCATE pg_temp." + stage_,
      .copy_into_stage = statements_.copy_into_stage(folded_active_, facts.moved),
      .copy_into_target = direct ? statements_.copy_into_target(folded_active_) : "",
      .analyze = by_index || set_.rows() < kAnalyzeRows ? "" : statements_.analyze_stage(),
      .count_holes =
          keyed && (facts.masked || facts.moved) ? planner + statements_.count_holes(facts) : "",
      .count_twins = keyed && !keys_are_exact(target_, conduct_) ? statements_.count_twins() : "",
      .statistics = target_.counted ? statements_.statistics() : "",
      .apply = keyed ? (facts.range ? Statements::planner(JoinBy::range) : planner) +
                           statements_.merge(facts)
                     : statements_.insert(facts),
      .track = picture_ == Picture::tracked ? track_sql() : "",
      .columns = static_cast<std::int16_t>(folded_active_.size()),
      .origin_columns =
          facts.moved ? static_cast<std::int16_t>(target_.key.size()) : std::int16_t{0},
      .keyed = keyed,
      .sort = keyed && !target_.other_unique};
}

std::optional<KeyRange> EventTable::range_of_set() const {
  const bool in_any_order = target_.key_indexed && target_.merges && !target_.other_unique;
  if (!in_any_order || set_.any_masked() || set_.any_moved()) return std::nullopt;
  return dense_range(target_, set_);
}

std::string EventTable::make_stage_sql() const {
  return statements_.drop_stage() + "; " + statements_.create_stage();
}

void EventTable::send(Session& session) {
  counts_ = writer_.write(session, set_, plan_);
}

void EventTable::settle() {
  Receipt& receipt = closed_receipt_ ? *closed_receipt_ : receipt_;
  receipt.inserted += counts_.inserted;
  receipt.updated += counts_.updated;
  receipt.deleted += counts_.deleted;
  receipt.unchanged += counts_.unchanged;
  set_.clear();
}

SetCounts EventTable::counted() const noexcept {
  return {.inserted = receipt_.inserted,
          .updated = receipt_.updated,
          .deleted = receipt_.deleted,
          .unchanged = receipt_.unchanged};
}

void EventTable::restore_counts() noexcept {
  receipt_.inserted = remembered_.inserted;
  receipt_.updated = remembered_.updated;
  receipt_.deleted = remembered_.deleted;
  receipt_.unchanged = remembered_.unchanged;
}

void EventTable::close_receipt() {
  const Receipt empty{.table = receipt_.table};
  closed_receipt_ = std::exchange(receipt_, empty);
}

std::optional<Receipt> EventTable::take_closed_receipt() {
  std::optional<Receipt> closed = std::exchange(closed_receipt_, std::nullopt);
  if (closed && closed->rows_in == 0 && closed->deleted == 0) closed.reset();
  return closed;
}

void EventTable::discard() {
  fold_.clear();
  set_.clear();
}

void EventTable::clear() {
  discard();
  parked_.clear();
  closed_receipt_.reset();
}

void EventTable::begin_picture(Session& session) {
  pg::Connection& connection = session.connection();
  newest_read_ = 0;
  if (target_.key.empty()) {
    receipt_.deleted += connection.query("DELETE FROM " + target_.quoted()).affected();
    picture_ = Picture::fresh;
    return;
  }
  picture_ = Picture::fresh;
  if (connection.query("SELECT EXISTS (SELECT FROM " + target_.quoted() + ")").at(0, 0) == "f")
    return;
  picture_ = Picture::tracked;
  picture_generation_ = session.generation();
  connection.execute("DROP TABLE IF EXISTS " + picture_table() + "; " + make_picture_sql());
}

// Keys as the target has them: how they are staged may change before the picture ends.
std::string EventTable::make_picture_sql() const {
  std::string keys;
  for (const std::size_t column : target_.key)
    keys += (keys.empty() ? "" : ", ") + statements_.target_column(column) + " AS k" +
            std::to_string(column);
  return "CREATE TEMP TABLE " + picture_table().substr(8) + " ON COMMIT PRESERVE ROWS AS SELECT " +
         keys + " FROM " + target_.quoted() + " WITH NO DATA";
}

std::string EventTable::track_sql() const {
  std::string keys;
  for (const std::size_t column : target_.key)
    keys += (keys.empty() ? "" : ", ") + statements_.staged_for_match(column);
  return "INSERT INTO " + picture_table() + " SELECT " + keys + " FROM pg_temp." + stage_ +
         " s WHERE op <> 'd'";
}

void EventTable::end_picture(Session& session, std::uint64_t lsn) {
  if (picture_ == Picture::tracked) {
    pg::Connection& connection = session.connection();
    std::string same;
    for (const std::size_t column : target_.key)
      same += (same.empty() ? "t." : " AND t.") + statements_.target_column(column) + " = s.k" +
              std::to_string(column);
    connection.execute(Statements::planner(JoinBy::planner) + "ANALYZE " + picture_table());
    receipt_.deleted +=
        connection
            .query("DELETE FROM " + target_.quoted() + " t WHERE NOT EXISTS (SELECT FROM " +
                   picture_table() + " s WHERE " + same + ")")
            .affected();
    connection.execute("DROP TABLE " + picture_table());
  }
  picture_ = Picture::none;
  // The border and the rows of a picture carry the same LSN, the newest that it surely holds.
  const std::uint64_t surely = newest_read_ > 0 ? std::min(newest_read_, lsn) : lsn;
  horizon_ = std::max(horizon_, surely);
}

void EventTable::go_on_from(const EventTable& before) {
  receipt_ = before.receipt_;
  closed_receipt_ = before.closed_receipt_;
  picture_generation_ = before.picture_generation_;
  horizon_ = before.horizon_;
  newest_read_ = before.newest_read_;
  picture_ = before.picture_;
  horizon_known_ = before.horizon_known_;
}

bool EventTable::picture_lost(const Session& session) const noexcept {
  return picture_ == Picture::tracked && picture_generation_ != session.generation();
}

bool EventTable::change_alone(Session& session, const event::Event& given) {
  const event::Event* plain = decoder_.plain(given, target_);
  if (plain == nullptr) throw base::Error(base::ErrorKind::data, decoder_.problem_text());
  const event::Event& event = *plain;
  pg::Connection& connection = session.connection();
  if (event.op == 'd') {
    const std::string before = as_sent(target_, event.before);
    const pg::Parameter parameters[] = {before};
    const std::uint64_t deleted =
        connection.query(delete_equal_row_sql(target_), parameters).affected();
    receipt_.deleted += deleted;
    return deleted > 0;
  }
  const bool moves = !event.old_key.empty() && !target_.key.empty();
  const bool replaces = moves && has_identity_key(target_);
  const std::vector<std::string> columns = writable_members(target_, event.after, replaces);
  const std::string after = as_sent(target_, event.after);
  const std::string before = as_sent(target_, moves ? event.old_key : event.before);
  const pg::Parameter parameters[] = {after, before};
  const std::string sql = replaces ? replace_moved_sql(target_, columns)
                          : moves  ? move_sql(target_, columns)
                                   : change_equal_row_sql(target_, columns);
  const std::uint64_t updated = connection.query(sql, parameters).affected();
  receipt_.updated += updated;
  return updated > 0;
}

}  // namespace cdckit::pg_load
