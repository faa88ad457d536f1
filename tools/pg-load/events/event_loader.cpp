#include "tools/pg-load/events/event_loader.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/event/schema.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {
namespace {

// A set is large, so that sorted by key its rows meet on the pages of table and index: a million
// scattered updates take the server a third less than in sets of 4 MiB. Encoded it stays small.
constexpr std::size_t kRunBytes = 32U << 20U;
constexpr std::size_t kRunEncodedBytes = 6U << 20U;
constexpr std::size_t kStoreBytes = 10U << 20U;  // of one batch; beyond: a temporary file

std::string_view first_half(std::string_view pos) {
  return pos.substr(0, pos.find('/'));
}

}  // namespace

EventLoader::EventLoader(const Options& options, Session& session, Rejects& rejects)
    : session_(session),
      rejects_(rejects),
      tables_(options),
      batch_(kStoreBytes, options.spool_folder),
      sent_(kStoreBytes, options.spool_folder),
      run_(session, tables_, positions_, rejects, batch_.lines()),
      atomic_(options.atomic) {}

void EventLoader::hello(std::string_view source_json, std::string_view encoding) {
  forget();
  tables_.hello(encoding);
  for (;;) {
    try {
      positions_.open(session_.connection(), source_id(source_json));
      session_.succeeded();
      return;
    } catch (const base::Error& error) {
      session_.pause_after(error);
    }
  }
}

bool EventLoader::begins_transaction(const event::Event& event) const noexcept {
  return event.op == 'r' || event.pos.empty() || first_half(event.pos) != first_half(last_pos_);
}

void EventLoader::add(std::uint64_t line_number, const event::Event& event) {
  if (!positions_.advance(event)) return;
  last_pos_.assign(event.pos);
  index_ = batch_.size();
  batch_.add(line_number, event.line);
  guarded([&] { take_event(line_number, event); });
}

void EventLoader::add(std::uint64_t line_number, const event::Control& control) {
  index_ = batch_.size();
  batch_.add(line_number, control.line);
  guarded([&] { take_control(control); });
}

void EventLoader::take_line(const StoredLine& line) {
  event::LineKind kind{};
  event::Event event;
  if (const char* reason = decoder_.decode(line.text, false, kind, event)) {
    throw base::Error(base::ErrorKind::bug,
                      std::string("could not read a stored line again: ") + reason);
  }
  if (kind == event::LineKind::control) return take_control(event::parse_control(line.text));
  if (positions_.advance(event)) take_event(line.number, event);
}

// Whoever needs the session asks for this first: a commit may still be using it.
void EventLoader::ensure_transaction() {
  complete_commit();
  if (in_transaction_) return;
  session_.begin();
  in_transaction_ = true;
}

void EventLoader::take_event(std::uint64_t line_number, const event::Event& event) {
  if (event.op == 'm') return;
  const bool moves = held_.completed_by(event);
  if (!moves) settle_held();
  EventTable* known = tables_.find(event);
  if (known == nullptr || progress_ != Progress::under_way) ensure_transaction();
  EventTable& table = known == nullptr ? run_.table_of(event) : run_.know_horizon(*known);
  if (run_.in_picture(table, event)) {
    held_.clear();
    return;
  }
  ++table.receipt().rows_in;
  table.receipt().bytes += event.line.size();
  if (!event.pos.empty()) table.receipt().pos.assign(event.pos);
  if (event.op == 't') return take_truncate(event);
  settle_truncates();
  if (const auto refused = refused_.find(line_number); refused != refused_.end()) {
    held_.clear();
    flush_all(index_);
    run_begin_ = index_ + 1;
    return run_.reject(line_number, table, refused->second.reason, refused->second.code);
  }
  if (event.op == 'd' && !event.new_key.empty()) return hold(line_number, event);
  if (moves) return take_move(line_number, event);
  if (is_second_half(event) && table.has_holes(event)) return reject_torn(line_number, event);
  take_change(line_number, table, event);
}

void EventLoader::take_truncate(const event::Event& event) {
  flush_all(index_);
  run_begin_ = index_ + 1;
  truncates_.push_back(run_.table_of(event).target().quoted());
}

// Together, as the source did: tables that refer to each other cannot be emptied one by one.
void EventLoader::settle_truncates() {
  if (truncates_.empty()) return;
  run_.settle();
  std::string names;
  for (const std::string& name : truncates_) names += (names.empty() ? "" : ", ") + name;
  truncates_.clear();
  session_.connection().execute("TRUNCATE " + names);
}

void EventLoader::hold(std::uint64_t line_number, const event::Event& event) {
  held_.put(line_number, index_, event);
}

// The other half of the key change did not come: then it is a plain delete.
void EventLoader::settle_held() {
  if (held_.empty()) return;
  const std::string line = held_.line();
  held_.clear();
  event::Decoder decoder;  // decoder_ may hold the event at hand
  event::LineKind kind{};
  event::Event event;
  decoder.decode(line, false, kind, event);
  take_change(held_.line_number(), run_.table_of(event), event);
}

void EventLoader::take_move(std::uint64_t line_number, const event::Event& event) {
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

void EventLoader::reject_torn(std::uint64_t line_number, const event::Event& event) {
  flush_all(index_);
  run_begin_ = index_ + 1;
  run_.reject(line_number,
              run_.table_of(event),
              "the halves of a key change came apart and the event leaves columns out: the source "
              "needs REPLICA IDENTITY FULL",
              "23000");
}

void EventLoader::take_change(std::uint64_t line_number,
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
      flush_all(index_);
      run_begin_ = index_ + 1;
      if (!run_.change_alone(line_number, event, rejected) && !rejected)
        run_.reject(line_number, table, "no row equals \"before\"", "23000");
      return;
  }
  flush_when_large(event.line.size());
}

void EventLoader::collect_again() {
  ensure_transaction();
  run_.apply_again(std::exchange(run_begin_, index_ + 1), index_ + 1);
  collected_ = 0;
}

void EventLoader::flush_when_large(std::size_t bytes) {
  collected_ += bytes;
  if (collected_ >= kRunBytes || run_.encoded_bytes() >= kRunEncodedBytes) flush(index_ + 1);
}

void EventLoader::flush(std::uint64_t end) {
  ensure_transaction();
  collected_ = 0;
  const std::uint64_t begin = std::exchange(run_begin_, end);
  run_.send(begin, end);
}

void EventLoader::flush_all(std::uint64_t end) {
  flush(end);
  run_.settle();
}

void EventLoader::take_control(const event::Control& control) {
  settle_held();
  if (control.kind != event::ControlKind::schema && control.kind != event::ControlKind::snapshot)
    return;
  ensure_transaction();
  settle_truncates();
  flush_all(index_);
  run_begin_ = index_ + 1;
  if (control.kind == event::ControlKind::schema) {
    tables_.announce(session_, event::parse_schema_line(control.line));
  } else if (!control.table.empty()) {
    take_snapshot(control);
  }
}

// At its end a picture deletes what it lacks: the rows of the other source tables.
void EventLoader::refuse_shared_picture(const EventTable& table) const {
  const std::vector<std::string> sources = tables_.sources_of(table);
  if (sources.size() < 2) return;
  throw base::Error(
      base::ErrorKind::config,
      "could not take a snapshot into table \"" + display_name(table.target().name) +
          "\": both \"" + sources[0] + "\" and \"" + sources[1] + "\" go there",
      "A snapshot deletes what it lacks. Give each source table a target of its own with --map; "
      "for "
      "the parts of a partitioned table publish with publish_via_partition_root = true.");
}

void EventLoader::take_snapshot(const event::Control& control) {
  EventTable& table = tables_.of(session_, control.schema, control.table);
  run_.know_horizon(table);
  refuse_shared_picture(table);
  if (control.phase == "begin") return table.begin_picture(session_);
  table.end_picture(session_, base::parse_hex(first_half(control.pos)).value_or(0));
  if (table.horizon() > 0)
    positions_.at("snapshot " + display_name(table.target().name)) = base::hex16(table.horizon());
}

}  // namespace cdckit::pg_load
