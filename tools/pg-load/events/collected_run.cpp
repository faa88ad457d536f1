#include "tools/pg-load/events/collected_run.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

std::string sqlstate_of(const base::Error& error) {
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  return server == nullptr ? "" : server->sqlstate();
}

// A column is staged otherwise from now on: what was collected must be collected again.
struct Recoded {};

}  // namespace

EventTable& CollectedRun::table_of(const event::Event& event) {
  EventTable* table = tables_.find(event);
  if (table == nullptr) {
    settle();
    table = &tables_.open(applier_.session(), event);
  }
  return know_horizon(*table);
}

EventTable& CollectedRun::know_horizon(EventTable& table) {
  if (table.picture().horizon_known()) return table;
  const std::string& stored = positions_.at("snapshot " + display_name(table.target().name));
  table.picture().set_horizon(base::parse_hex(stored).value_or(0));
  return table;
}

bool CollectedRun::in_picture(const EventTable& table, const event::Event& event) const {
  if (table.picture().horizon() == 0 || event.op == 'r') return false;
  const auto lsn = base::parse_hex(event.pos.substr(0, event.pos.find('/')));
  return lsn && *lsn <= table.picture().horizon();
}

void CollectedRun::reject(std::uint64_t line_number,
                          EventTable& table,
                          const std::string& reason,
                          const std::string& code) {
  if (rejects_.later(line_number, reason, code)) ++table.receipt().rejected;
}

FoldStatus CollectedRun::noted(std::uint64_t line_number, EventTable& table, FoldStatus status) {
  if (status == FoldStatus::bad)
    reject(line_number, table, table.problem(), std::string(table.problem_code()));
  return status;
}

FoldStatus CollectedRun::fold(std::uint64_t line_number,
                              EventTable& table,
                              const event::Event& event) {
  last_table_ = &table;
  last_number_ = line_number;
  const std::size_t before = table.bytes();
  const FoldStatus status = table.fold(event);
  if (table.bytes() > before) encoded_bytes_ += table.bytes() - before;
  return noted(line_number, table, status);
}

FoldStatus CollectedRun::fold_move(std::uint64_t line_number,
                                   EventTable& table,
                                   const event::Event& event) {
  last_table_ = &table;
  last_number_ = line_number;
  const std::size_t before = table.bytes();
  const FoldStatus status = table.fold_move(event);
  if (table.bytes() > before) encoded_bytes_ += table.bytes() - before;
  return noted(line_number, table, status);
}

bool CollectedRun::change_alone(std::uint64_t line_number,
                                const event::Event& event,
                                bool& rejected) {
  EventTable& table = table_of(event);
  Session& session = applier_.session();
  session.savepoint("alone");
  try {
    const bool changed = table.change_alone(session, event);
    session.release("alone");
    return changed;
  } catch (const base::Error& error) {
    if (!is_row_error(error)) throw;
    session.roll_back_to("alone");
    reject(line_number, table, error.what(), sqlstate_of(error));
    rejected = true;
    return false;
  }
}

void CollectedRun::move_alone(std::uint64_t line_number,
                              EventTable& table,
                              const event::Event& event) {
  bool rejected = false;
  if (change_alone(line_number, event, rejected) || rejected) return;
  if (!table.has_holes(event)) {
    fold(line_number, table, event);
    return;
  }
  reject(line_number,
         table,
         "the row under old_key is not there and the event leaves columns out",
         "23000");
}

void CollectedRun::hand_over() {
  tables_.for_each([this](EventTable& table) {
    if (table.hand_over()) sets_.push_back(&table);
  });
}

void CollectedRun::send(std::uint64_t from, std::uint64_t to) {
  settle();
  encoded_bytes_ = 0;
  hand_over();
  if (sets_.empty()) return;
  sent_from_ = from;
  sent_to_ = to;
  applier_.apply([this](Session& session) {
    session.savepoint("run");
    send_sets(session);
    session.release("run");
  });
}

void CollectedRun::settle() {
  if (applier_.state() != ApplierState::applying) return;
  try {
    applier_.finish_applying();
    settle_sets();
  } catch (const base::Error& error) {
    if (!is_row_error(error)) throw;
    applier_.session().roll_back_to("run");
    withdraw();
    const auto park = [](EventTable& table) { table.swap_parked(); };
    tables_.for_each(park);
    bisect(sent_from_, sent_to_);
    tables_.for_each(park);
  }
}

void CollectedRun::bisect(std::uint64_t from, std::uint64_t to) {
  applier_.begin_bisecting();
  split(from, to);
  applier_.end_bisecting();
}

void CollectedRun::send_last(Applier::Work last) {
  encoded_bytes_ = 0;
  hand_over();
  tables_.for_each([](EventTable& table) { table.close_receipt(); });
  applier_.commit_beside([this, last = std::move(last)](Session& session) {
    send_sets(session);
    last(session);
  });
}

void CollectedRun::settle_last() {
  applier_.finish_commit();
  settle_sets();
}

void CollectedRun::settle_sets() {
  for (EventTable* table : sets_) table->settle();
  sets_.clear();
}

void CollectedRun::abandon() noexcept {
  sets_.clear();
  tables_.for_each([](EventTable& table) { table.clear(); });
}

void CollectedRun::send_sets(Session& session) {
  for (EventTable* table : sets_) table->send(session);
}

// On this thread, nothing being under way.
void CollectedRun::apply_collected() {
  hand_over();
  send_sets(applier_.session());
  settle_sets();
}

void CollectedRun::withdraw() {
  for (EventTable* table : sets_) table->withdraw();
  sets_.clear();
}

void CollectedRun::split(std::uint64_t from, std::uint64_t to) {
  if (from >= to) return;
  if (is_one_change(from, to)) {
    try_range(from, to);
    return;
  }
  std::uint64_t middle = from + (to - from) / 2;
  if (is_one_change(middle - 1, middle + 1)) ++middle;
  if (!try_range(from, middle)) split(from, middle);
  if (!try_range(middle, to)) split(middle, to);
}

bool CollectedRun::is_one_change(std::uint64_t from, std::uint64_t to) const {
  if (to - from != 2) return to - from == 1;
  event::Decoder decoder;
  HeldHalf held;
  bool moves = false;
  lines_.for_each(from, to, [&](const StoredLine& line) {
    event::LineKind kind{};
    event::Event event;
    if (decoder.decode(line.text, false, kind, event) != nullptr || kind != event::LineKind::event)
      return;
    const EventTable* table = tables_.find(event);
    const bool keyed = table == nullptr || !table->target().key.empty();
    moves = keyed && !held.empty() && held.completed_by(event);
    if (event.op == 'd' && !event.new_key.empty()) held.put(line.number, from, event);
  });
  return moves;
}

// Lines [from, to) as a set of their own. A single change that is refused is rejected here.
bool CollectedRun::try_range(std::uint64_t from, std::uint64_t to) {
  for (;;) {
    applier_.session().savepoint("range");
    tables_.for_each([](EventTable& table) { table.remember_counts(); });
    try {
      fold_range(from, to);
      apply_collected();
      applier_.session().release("range");
      return true;
    } catch (const Recoded&) {
      take_back_range();
    } catch (const base::Error& error) {
      if (!is_row_error(error)) throw;
      take_back_range();
      if (!is_one_change(from, to)) return false;
      refuse_change(from, to, error);
      return true;
    }
  }
}

// A change of key may pass where the delete and the insert that stand for it do not.
void CollectedRun::refuse_change(std::uint64_t from, std::uint64_t to, const base::Error& error) {
  // a staging table may hold less than the table itself
  const bool alone = to - from == 2 || sqlstate_of(error) == "54000";
  if (!alone) return reject(last_number_, *last_table_, error.what(), sqlstate_of(error));
  lines_.for_each(to - 1, to, [&](const StoredLine& line) {
    event::Decoder decoder;
    event::LineKind kind{};
    event::Event event;
    decoder.decode(line.text, false, kind, event);
    bool rejected = false;
    if (!change_alone(line.number, event, rejected) && !rejected)
      reject(line.number, table_of(event), error.what(), sqlstate_of(error));
  });
}

void CollectedRun::take_back_range() {
  applier_.session().roll_back_to("range");
  withdraw();
  tables_.for_each([](EventTable& table) {
    table.discard();
    table.restore_counts();
  });
}

void CollectedRun::apply_again(std::uint64_t from, std::uint64_t to) {
  settle();
  tables_.for_each([](EventTable& table) { table.discard(); });
  applier_.begin_bisecting();
  if (!try_range(from, to)) split(from, to);
  applier_.end_bisecting();
}

void CollectedRun::fold_range(std::uint64_t from, std::uint64_t to) {
  event::Decoder decoder;
  HeldHalf held;
  lines_.for_each(from, to, [&](const StoredLine& line) {
    event::LineKind kind{};
    event::Event event;
    if (decoder.decode(line.text, false, kind, event) != nullptr || kind != event::LineKind::event)
      return;
    if (event.op != 'm') fold_line(line, event, held);
  });
  fold_held(held);
}

void CollectedRun::fold_line(const StoredLine& line, const event::Event& event, HeldHalf& held) {
  EventTable& table = table_of(event);
  const bool moves = !table.target().key.empty() && held.completed_by(event);
  if (!moves) fold_held(held);
  held.clear();
  if (in_picture(table, event) || rejects_.contains(line.number)) return;
  if (event.op == 'd' && !event.new_key.empty()) return held.put(line.number, 0, event);
  const auto collect = [&] {
    return moves ? fold_move(line.number, table, event) : fold(line.number, table, event);
  };
  FoldStatus status = collect();
  if (status == FoldStatus::barrier) {
    apply_collected();
    status = collect();
  }
  // it was tried alone before, and found nothing to move
  if (status == FoldStatus::alone && moves) status = fold(line.number, table, event);
  if (status == FoldStatus::recoded) throw Recoded();
  if (status != FoldStatus::folded && status != FoldStatus::bad) {
    throw base::Error(base::ErrorKind::bug,
                      "could not collect line " + std::to_string(line.number) + " again");
  }
}

// The other half of the key change did not come.
void CollectedRun::fold_held(HeldHalf& held) {
  if (held.empty()) return;
  event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  decoder.decode(held.line(), false, kind, event);
  const FoldStatus status = fold(held.line_number(), table_of(event), event);
  held.clear();
  if (status == FoldStatus::recoded) throw Recoded();
}

}  // namespace cdckit::pg_load
