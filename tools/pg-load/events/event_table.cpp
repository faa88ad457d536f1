#include "tools/pg-load/events/event_table.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "tools/pg-load/events/single_change.hpp"
#include "tools/pg-load/value/big_endian.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kChunk = 64U << 10U;
constexpr std::size_t kAnalyzeRows = 1000;
constexpr std::uint64_t kDistrustRounds = 16;

std::uint64_t number_at(const pg::Result& result, int column) {
  return base::parse_unsigned(result.at(0, column)).value_or(0);
}

std::vector<Codec> codecs_of(const TargetTable& target) {
  std::vector<Codec> codecs;
  for (const Column& column : target.columns) codecs.push_back(column.codec);
  return codecs;
}

}  // namespace

EventTable::EventTable(TargetTable target, EncoderSettings settings)
    : target_(std::move(target)),
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
    encoder_.read_key(event.key);
    encoder_.read_key(event.before);
    return RowStatus::good;
  }
  const RowStatus status = encoder_.read(event.after);
  encoder_.mask(event.unchanged);
  return status;
}

FoldStatus EventTable::fold(const event::Event& event) {
  if (event.op != 'd' && event.after.empty()) return fail("the event has no \"after\"", "22023");
  if (target_.key.empty() && (event.op == 'u' || event.op == 'd')) {
    if (!event.before.empty()) return FoldStatus::alone;
    return fail("the table has no key and the event no full \"before\"", "55000");
  }
  const RowStatus status = read_row(event);
  if (status == RowStatus::bad) return fail(encoder_.problem_text(), encoder_.problem().code);
  if (status == RowStatus::grown && !fold_.empty()) return FoldStatus::barrier;
  if (event.op == 'r') {
    const auto position = event::parse_position(event.pos);
    if (position) newest_read_ = std::max(newest_read_, position->lsn);
  }
  return encode(event);
}

FoldStatus EventTable::encode(const event::Event& event) {
  if (fold_.empty()) folded_active_ = encoder_.active();
  std::string& buffer = fold_.buffer();
  EncodedEvent encoded{.op = event.op == 'r' && picture_ == Picture::fresh ? 'c' : event.op,
                       .offset = buffer.size()};
  append_bytes_field(buffer, std::string_view(&encoded.op, 1));
  const RowStatus status =
      event.op == 'd' ? encoder_.append_key_only(buffer) : encoder_.append(buffer);
  if (status != RowStatus::good) buffer.resize(encoded.offset);
  if (status == RowStatus::recoded) return FoldStatus::recoded;
  if (status != RowStatus::good) return fail(encoder_.problem_text(), encoder_.problem().code);
  encoded.key_offset = encoder_.key().offset;
  encoded.key_length = target_.key.empty() ? 0 : encoder_.key().length;
  encoded.masked = event.op != 'd' && encoder_.masked();
  if (fold_.add(encoded, folded_active_)) return FoldStatus::folded;
  buffer.resize(encoded.offset);
  return FoldStatus::barrier;
}

void EventTable::apply(Session& session) {
  if (fold_.empty()) return;
  if (!try_direct(session)) apply_staged(session);
  fold_.clear();
}

// Rows that should be new go straight into the table; when one of them is not, the set is merged.
bool EventTable::try_direct(Session& session) {
  if (distrust_ > 0) --distrust_;
  const bool all_new = fold_.count('c') == fold_.rows() && !fold_.any_masked();
  if (!all_new || distrust_ > 0 || picture_ == Picture::tracked ||
      !statements_.can_copy_directly(folded_active_))
    return false;
  session.savepoint("direct");
  try {
    copy_rows(session, true);
    session.release("direct");
  } catch (const base::Error& error) {
    if (!is_row_error(error) || target_.key.empty()) throw;
    session.roll_back_to("direct");
    distrust_ = kDistrustRounds;
    return false;
  }
  receipt_.inserted += fold_.rows();
  return true;
}

void EventTable::copy_rows(Session& session, bool direct) {
  const auto fields = static_cast<std::int16_t>(folded_active_.size() + (direct ? 0 : 2));
  session.begin_copy(direct ? statements_.copy_into_target(folded_active_)
                            : statements_.copy_into_stage(folded_active_));
  buffer_.clear();
  append_copy_header(buffer_);
  fold_.for_each([&](std::string_view row, std::size_t key_offset) {
    append_big_endian(buffer_, fields);
    buffer_ += direct ? row.substr(key_offset) : row;
    if (buffer_.size() < kChunk) return;
    session.put_copy(buffer_);
    buffer_.clear();
  });
  append_copy_trailer(buffer_);
  session.put_copy(buffer_);
  session.end_copy();
}

void EventTable::make_stage(Session& session) {
  const std::vector<Codec> codecs = codecs_of(target_);
  if (stage_epoch_ != session.epoch() || stage_codecs_ != codecs) {
    session.connection().execute(statements_.drop_stage() + "; " + statements_.create_stage());
    stage_epoch_ = session.epoch();
    stage_codecs_ = codecs;
  } else {
    session.connection().execute("TRUNCATE pg_temp." + stage_);
  }
}

void EventTable::apply_staged(Session& session) {
  make_stage(session);
  copy_rows(session, false);
  pg::Connection& connection = session.connection();
  if (fold_.rows() >= kAnalyzeRows) connection.execute(statements_.analyze_stage());
  StageFacts facts{.active = folded_active_,
                   .masked = fold_.any_masked(),
                   .compare_only_reads = fold_.count('r') > 0};
  if (target_.key.empty()) {
    receipt_.inserted += connection.query(statements_.insert(facts)).affected();
    return;
  }
  if (facts.masked) check_holes(session, facts);
  count(session, facts);
  track_picture(session);
}

// An update that leaves columns out needs its row.
void EventTable::check_holes(Session& session, const StageFacts& facts) {
  if (number_at(session.connection().query(statements_.count_holes(facts)), 0) == 0) return;
  throw pg::ServerError(
      base::ErrorKind::data,
      "could not apply update: the row to change is not there and the event leaves columns out",
      "23000",
      "");
}

void EventTable::count(Session& session, const StageFacts& facts) {
  pg::Connection& connection = session.connection();
  const std::string oid = std::to_string(target_.oid);
  const std::string sql = "SELECT pg_stat_get_xact_tuples_inserted(" + oid +
                          "), pg_stat_get_xact_tuples_updated(" + oid +
                          "), pg_stat_get_xact_tuples_deleted(" + oid + ")";
  const auto difference = [](const pg::Result& now, const pg::Result& before, int column) {
    return number_at(now, column) - number_at(before, column);
  };
  const pg::Result before = connection.query(sql);
  const std::uint64_t affected = connection.query(statements_.merge(facts)).affected();
  const pg::Result now = connection.query(sql);
  receipt_.unchanged += fold_.rows() - std::min<std::uint64_t>(affected, fold_.rows());
  if (target_.counted) {
    receipt_.inserted += difference(now, before, 0);
    receipt_.updated += difference(now, before, 1);
    receipt_.deleted += difference(now, before, 2);
    return;
  }
  // No statistics on a partitioned table: as the events have it.
  const std::uint64_t deletes = std::min<std::uint64_t>(fold_.count('d'), affected);
  const std::uint64_t inserts = std::min<std::uint64_t>(fold_.count('c'), affected - deletes);
  receipt_.deleted += deletes;
  receipt_.inserted += inserts;
  receipt_.updated += affected - deletes - inserts;
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
  make_stage(session);
  std::string columns;
  for (const std::size_t column : target_.key)
    columns += (columns.empty() ? "c" : ", c") + std::to_string(column);
  connection.execute("DROP TABLE IF EXISTS " + picture_table() + "; CREATE TEMP TABLE " +
                     picture_table().substr(8) + " ON COMMIT PRESERVE ROWS AS SELECT " + columns +
                     " FROM pg_temp." + stage_ + " WITH NO DATA");
}

void EventTable::track_picture(Session& session) {
  if (picture_ != Picture::tracked) return;
  std::string columns;
  for (const std::size_t column : target_.key)
    columns += (columns.empty() ? "c" : ", c") + std::to_string(column);
  session.connection().execute("INSERT INTO " + picture_table() + " SELECT " + columns +
                               " FROM pg_temp." + stage_ + " WHERE op <> 'd'");
}

void EventTable::end_picture(Session& session, std::uint64_t lsn) {
  if (picture_ == Picture::tracked) {
    pg::Connection& connection = session.connection();
    connection.execute("ANALYZE " + picture_table());
    receipt_.deleted +=
        connection
            .query("DELETE FROM " + target_.quoted() + " t WHERE NOT EXISTS (SELECT FROM " +
                   picture_table() + " s WHERE " + statements_.match() + ")")
            .affected();
    connection.execute("DROP TABLE " + picture_table());
  }
  picture_ = Picture::none;
  // The border and the rows of a picture carry the same LSN, the newest that it surely holds.
  const std::uint64_t surely = newest_read_ > 0 ? std::min(newest_read_, lsn) : lsn;
  horizon_ = std::max(horizon_, surely);
}

bool EventTable::picture_lost(const Session& session) const noexcept {
  return picture_ == Picture::tracked && picture_generation_ != session.generation();
}

bool EventTable::change_alone(Session& session, const event::Event& event) {
  pg::Connection& connection = session.connection();
  if (event.op == 'd') {
    const pg::Parameter parameters[] = {event.before};
    const std::uint64_t deleted =
        connection.query(delete_equal_row_sql(target_), parameters).affected();
    receipt_.deleted += deleted;
    return deleted > 0;
  }
  const std::vector<std::string> columns = writable_members(target_, event.after);
  const bool moves = !event.old_key.empty() && !target_.key.empty();
  const pg::Parameter parameters[] = {event.after, moves ? event.old_key : event.before};
  const std::string sql =
      moves ? move_sql(target_, columns) : change_equal_row_sql(target_, columns);
  const std::uint64_t updated = connection.query(sql, parameters).affected();
  receipt_.updated += updated;
  return updated > 0;
}

}  // namespace cdckit::pg_load
