#include "tools/pg-load/events/event_loader.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kStoreBytes = 10U << 20U;  // of one batch; beyond: a temporary file

std::string_view first_half(std::string_view pos) {
  return pos.substr(0, pos.find('/'));
}

}  // namespace

EventLoader::EventLoader(const Options& options, Session& session, Rejects& rejects)
    : rejects_(rejects),
      batch_(kStoreBytes, options.spool_folder),
      sent_(kStoreBytes, options.spool_folder),
      applier_(session),
      collector_(options, applier_, rejects, batch_.lines(), [this] { open_transaction(); }),
      search_(applier_, collector_, batch_.lines(), options.atomic),
      atomic_(options.atomic) {}

template <class Work>
void EventLoader::guarded(const Work& work) {
  if (applier_.has_failed()) return;
  try {
    work();
  } catch (const base::Error& error) {
    if (!error.retryable()) throw;
    applier_.fail();
    collector_.abandon();
  }
}

void EventLoader::hello(std::string_view source_json, std::string_view encoding) {
  forget();
  collector_.tables().hello(encoding);
  Session& session = applier_.session();
  for (;;) {
    try {
      positions().open(session.connection(), source_id(source_json));
      session.succeeded();
      return;
    } catch (const base::Error& error) {
      session.pause_after(error);
    }
  }
}

bool EventLoader::begins_transaction(const event::Event& event) const noexcept {
  return event.op == 'r' || event.pos.empty() || first_half(event.pos) != first_half(last_pos_);
}

void EventLoader::add(std::uint64_t line_number, const event::Event& event) {
  if (!positions().advance(event)) return;
  last_pos_.assign(event.pos);
  const std::uint64_t index = batch_.size();
  batch_.add(line_number, event.line);
  guarded([&] { collector_.take(index, line_number, event); });
}

void EventLoader::add(std::uint64_t line_number, const event::Control& control) {
  const std::uint64_t index = batch_.size();
  batch_.add(line_number, control.line);
  guarded([&] { collector_.take(index, control); });
}

void EventLoader::open_transaction() {
  complete_commit();
  applier_.begin();
}

void EventLoader::send(std::uint64_t end) {
  if (end > 0 || moved()) open_transaction();
  if (half_dropped_) collector_.drop_half();
  collector_.settle(end);
  rejects_.settle(batch_.lines());
  if (!applier_.in_transaction()) return;
  if (end >= batch_.marked() && !batch_.reached().empty())
    positions().at("checkpoint") = batch_.reached();
  const PositionStore::Moves moves = collector_.moves();
  positions().save(applier_.session().connection(), moves);
  at_end_ = true;
  applier_.commit();
  at_end_ = false;
  positions().saved(moves);
}

void EventLoader::reached(const std::string& pos) {
  constexpr std::size_t kDigits = 16;
  const bool of_stream = pos.size() == kDigits && base::parse_hex(pos).has_value();
  if (positions().is_open() && of_stream && pos > positions().at("checkpoint"))
    batch_.set_reached(pos);
}

bool EventLoader::commit_piece(std::uint64_t from, std::uint64_t to) {
  if (applier_.has_failed() && !collector_.replay(from, to)) return false;
  send(to);
  applier_.session().succeeded();
  return true;
}

std::vector<Receipt> EventLoader::commit_until(std::uint64_t end) {
  std::vector<Receipt> receipts;
  std::uint64_t done = 0;
  bool possible = true;
  constexpr std::uint64_t kNone = static_cast<std::uint64_t>(-1);
  std::uint64_t limit = kNone;  // what is known to pass
  do {
    // What failed as a whole may pass in pieces, even where sessions do not live long.
    const std::uint64_t to =
        std::min(applier_.has_failed() ? batch_.next_mark(done, end) : end, limit);
    try {
      possible = commit_piece(done, to);
      if (!possible) break;
      take_receipts(receipts);
      done = to;
      limit = kNone;
      if (done < end) applier_.give_up();
    } catch (const base::Error& error) {
      applier_.give_up();
      collector_.abandon();
      if (std::exchange(at_end_, false) && is_row_error(error)) {
        limit = search_.search(done, to);
        applier_.give_up();
      } else {
        applier_.session().pause_after(error);
      }
    }
  } while (applier_.has_failed());
  if (!possible) {
    throw base::Error(base::ErrorKind::temporary,
                      "could not finish a snapshot: the connection was lost in the middle of it",
                      "Run the pipeline again; the source begins the snapshot anew.");
  }
  clear_batch();
  return receipts;
}

bool EventLoader::start_commit() {
  if (applier_.has_failed() || !positions().is_open() || !collector_.is_whole()) return false;
  bool started = false;
  guarded([&] {
    open_transaction();
    collector_.run().settle();
    if (rejects_.pending() > 0) return;
    rejects_.settle(batch_.lines());
    if (!batch_.reached().empty()) positions().at("checkpoint") = batch_.reached();
    sent_moves_ = collector_.moves();
    std::swap(batch_, sent_);
    clear_batch();
    started = true;
    collector_.run().send_last(
        [this](Session& session) { positions().save(session.connection(), sent_moves_); });
  });
  return started;
}

std::optional<std::vector<Receipt>> EventLoader::finish_commit() {
  guarded([this] { complete_commit(); });
  return std::exchange(settled_, std::nullopt);
}

// Throws what can be tried again when it failed: the lines are back in front of the others then.
void EventLoader::complete_commit() {
  if (applier_.state() != ApplierState::committing) return;
  try {
    collector_.run().settle_last();
  } catch (const base::Error& error) {
    take_back_sent();
    if (!is_row_error(error)) throw;
    throw base::Error(base::ErrorKind::temporary, error.what());
  }
  applier_.session().succeeded();
  positions().saved(sent_moves_);
  settled_.emplace();
  collector_.tables().for_each([&](EventTable& table) {
    std::optional<Receipt> receipt = table.take_closed_receipt();
    if (!receipt) return;
    receipt->milliseconds = sent_.milliseconds();
    settled_->push_back(std::move(*receipt));
  });
  sent_.clear();
}

void EventLoader::take_back_sent() {
  collector_.shift(sent_.size());
  batch_.put_in_front(sent_);
}

std::vector<Receipt> EventLoader::commit_marked() {
  std::vector<Receipt> receipts;
  if (batch_.marked() > 0) {
    if (!at_mark()) applier_.give_up();
    receipts = commit_until(batch_.marked());
  }
  forget();
  return receipts;
}

// What was collected of the lines behind the mark is given up, and collected again later: a source
// falls silent in the middle of a transaction seldom enough.
std::vector<Receipt> EventLoader::commit_to_mark() {
  if (batch_.marked() == 0 || at_mark()) return commit();
  EventBatch rest = batch_.empty_one();
  batch_.copy_behind_mark(rest);
  applier_.give_up();
  std::vector<Receipt> receipts = commit_until(batch_.marked());
  std::swap(batch_, rest);
  applier_.give_up();
  return receipts;
}

bool EventLoader::drop_half() noexcept {
  if (!collector_.holds_half()) return false;
  half_dropped_ = true;
  return true;
}

std::string EventLoader::has_up_to() const {
  const std::string applied = collector_.positions().stored("");
  return std::max(stored_checkpoint(), applied.substr(0, applied.find('/')));
}

void EventLoader::take_receipts(std::vector<Receipt>& receipts) {
  const std::uint64_t spent = batch_.milliseconds();
  collector_.tables().for_each([&](EventTable& table) {
    Receipt& receipt = table.receipt();
    const Receipt empty{.table = receipt.table};
    if (receipt.rows_in > 0 || receipt.deleted > 0) {
      receipts.push_back(std::exchange(receipt, empty));
      receipts.back().milliseconds = spent;
    }
  });
}

void EventLoader::clear_batch() {
  batch_.clear();
  rejects_.clear();
  collector_.begin_batch();
}

void EventLoader::forget() {
  applier_.start_again();
  settled_.reset();
  sent_.clear();
  collector_.forget();
  clear_batch();
  half_dropped_ = false;
}

}  // namespace cdckit::pg_load
