#include "tools/pg-load/events/event_collector.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/schema.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

// A set is large, so that sorted by key its rows meet on the pages of table and index: a million
// scattered updates take the server a third less than in sets of 4 MiB. Encoded it stays small.
constexpr std::size_t kRunBytes = 32U << 20U;
constexpr std::size_t kRunEncodedBytes = 6U << 20U;

}  // namespace

EventCollector::EventCollector(const Options& options,
                               Applier& applier,
                               Rejects& rejects,
                               const LineStore& lines,
                               std::function<void()> open)
    : applier_(applier),
      rejects_(rejects),
      lines_(lines),
      open_(std::move(open)),
      tables_(options),
      owners_(options, tables_, positions_),
      run_(applier, tables_, positions_, rejects, lines) {}

void EventCollector::take(std::uint64_t index,
                          std::uint64_t line_number,
                          const event::Event& event) {
  index_ = index;
  take_event(line_number, event);
}

void EventCollector::take(std::uint64_t index, const event::Control& control) {
  index_ = index;
  take_control(control);
}

bool EventCollector::replay(std::uint64_t from, std::uint64_t to) {
  applier_.start_again();
  run_.abandon();
  pg::Connection& connection = applier_.session().connection();
  if (!tables_.reset(applier_.session())) return false;
  positions_.reload(connection);
  rejects_.begin_again();
  held_.clear();
  truncates_.clear();
  run_begin_ = from;
  collected_ = 0;
  index_ = from;
  lines_.for_each(from, to, [&](const StoredLine& line) {
    take_line(line);
    ++index_;
  });
  return true;
}

void EventCollector::take_line(const StoredLine& line) {
  event::LineKind kind{};
  event::Event event;
  if (const char* reason = decoder_.decode(line.text, false, kind, event)) {
    throw base::Error(base::ErrorKind::bug,
                      std::string("could not read a stored line again: ") + reason);
  }
  if (kind == event::LineKind::control) return take_control(event::parse_control(line.text));
  if (positions_.advance(event)) take_event(line.number, event);
}

void EventCollector::settle(std::uint64_t end) {
  settle_held();
  settle_truncates();
  flush_all(end);
}

PositionStore::Moves EventCollector::moves() {
  owners_.note();
  return positions_.moves();
}

void EventCollector::begin_batch() noexcept {
  refusals_.clear();
  run_begin_ = 0;
}

void EventCollector::forget() {
  run_.abandon();
  tables_.clear();
  positions_.revert();
  begin_batch();
  held_.clear();
  truncates_.clear();
  collected_ = 0;
}

void EventCollector::take_event(std::uint64_t line_number, const event::Event& event) {
  if (event.op == 'm') return;
  const bool moves = held_.completed_by(event);
  if (!moves) settle_held();
  EventTable* known = tables_.find(event);
  const ApplierState state = applier_.state();
  if (state == ApplierState::idle || (known == nullptr && state == ApplierState::committing))
    open_();
  EventTable& table = known == nullptr ? run_.table_of(event) : run_.know_horizon(*known);
  if (run_.in_picture(table, event)) {
    held_.clear();
    return;
  }
  ++table.receipt().rows_in;
  table.receipt().bytes += event.line.size();
  if (!event.pos.empty()) table.receipt().pos.assign(event.pos);
  if (event.op == 't') return take_truncate(line_number, event);
  settle_truncates();
  if (const auto refused = refusals_.find(line_number); refused != refusals_.end()) {
    held_.clear();
    flush_before();
    return run_.reject(line_number, table, refused->second.reason, refused->second.code);
  }
  if (event.op == 'd' && !event.new_key.empty()) return held_.put(line_number, index_, event);
  if (moves) return take_move(line_number, event);
  if (is_second_half(event) && table.has_holes(event)) return reject_torn(line_number, event);
  take_change(line_number, table, event);
}

void EventCollector::take_truncate(std::uint64_t line_number, const event::Event& event) {
  flush_before();
  truncates_.add(line_number, run_.table_of(event), event);
}

void EventCollector::settle_truncates() {
  if (truncates_.empty()) return;
  run_.settle();
  for (const Truncates::Refused& refused :
       truncates_.settle(applier_.session().connection(), tables_, owners_))
    run_.reject(refused.line_number, tables_.at(refused.oid), refused.reason, "23000");
}

// The other half of the key change did not come: then it is a plain delete.
void EventCollector::settle_held() {
  if (held_.empty()) return;
  const std::string line = held_.line();
  held_.clear();
  event::Decoder decoder;  // decoder_ may hold the event at hand
  event::LineKind kind{};
  event::Event event;
  decoder.decode(line, false, kind, event);
  const std::uint64_t here = std::exchange(index_, held_.index());
  take_change(held_.line_number(), run_.table_of(event), event);
  index_ = here;
}

void EventCollector::take_move(std::uint64_t line_number, const event::Event& event) {
  const std::uint64_t begin = held_.empty() ? index_ : held_.index();
  EventTable& table = run_.table_of(event);
  if (table.target().key.empty()) {  // each half finds its row by all values
    settle_held();
    return take_change(line_number, table, event);
  }
  held_.clear();
  FoldStatus status = run_.fold_move(line_number, table, event);
  if (status == FoldStatus::barrier) {
    flush(begin);
    status = run_.fold_move(line_number, table, event);
  }
  if (status == FoldStatus::recoded) return collect_again();
  if (status == FoldStatus::alone) {
    flush_all(begin);
    run_begin_ = index_;
    run_.move_alone(line_number, table, event);
    if (table.empty()) run_begin_ = index_ + 1;
  }
  if (status == FoldStatus::folded) flush_when_large(event.line.size());
}

void EventCollector::reject_torn(std::uint64_t line_number, const event::Event& event) {
  flush_before();
  run_.reject(line_number,
              run_.table_of(event),
              "the halves of a key change came apart and the event leaves columns out: the source "
              "needs REPLICA IDENTITY FULL",
              "23000");
}

void EventCollector::take_change(std::uint64_t line_number,
                                 EventTable& table,
                                 const event::Event& event) {
  bool rejected = false;
  switch (run_.fold(line_number, table, event)) {
    case FoldStatus::bad:
      return;
    case FoldStatus::folded:
      break;
    case FoldStatus::barrier:
      flush(index_);
      run_begin_ = index_;
      run_.fold(line_number, table, event);
      break;
    case FoldStatus::recoded:
      return collect_again();
    case FoldStatus::alone:
      flush_before();
      if (!run_.change_alone(line_number, event, rejected) && !rejected)
        run_.reject(line_number, table, "no row equals \"before\"", "23000");
      return;
  }
  flush_when_large(event.line.size());
}

void EventCollector::collect_again() {
  open_();
  run_.apply_again(std::exchange(run_begin_, index_ + 1), index_ + 1);
  collected_ = 0;
}

void EventCollector::flush_when_large(std::size_t bytes) {
  collected_ += bytes;
  if (collected_ >= kRunBytes || run_.encoded_bytes() >= kRunEncodedBytes) flush(index_ + 1);
}

void EventCollector::flush(std::uint64_t end) {
  open_();
  collected_ = 0;
  const std::uint64_t begin = std::exchange(run_begin_, end);
  run_.send(begin, end);
}

void EventCollector::flush_all(std::uint64_t end) {
  flush(end);
  run_.settle();
}

void EventCollector::flush_before() {
  flush_all(index_);
  run_begin_ = index_ + 1;
}

void EventCollector::take_control(const event::Control& control) {
  settle_held();
  if (control.kind != event::ControlKind::schema && control.kind != event::ControlKind::snapshot)
    return;
  open_();
  // the tables of one TRUNCATE stay together, although some are announced in between
  if (control.kind == event::ControlKind::snapshot) settle_truncates();
  flush_before();
  if (control.kind == event::ControlKind::schema) {
    tables_.announce(applier_.session(), event::parse_schema_line(control.line));
  } else if (!control.table.empty()) {
    take_snapshot(control);
  }
}

void EventCollector::take_snapshot(const event::Control& control) {
  Session& session = applier_.session();
  EventTable& table = tables_.of(session, control.schema, control.table);
  run_.know_horizon(table);
  owners_.require_own(session.connection(), table, control);
  if (control.phase == "begin") return table.begin_picture(session, control);
  table.end_picture(session, control);
  if (table.picture().horizon() > 0)
    positions_.at("snapshot " + display_name(table.target().name)) =
        base::hex16(table.picture().horizon());
}

}  // namespace cdckit::pg_load
