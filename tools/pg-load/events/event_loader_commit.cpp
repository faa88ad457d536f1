// How EventLoader commits, at once or beside the reading, and applies lines again after a failure.
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tools/pg-load/events/event_loader.hpp"

#include <utility>

namespace cdckit::pg_load {

bool EventLoader::replay(std::uint64_t from, std::uint64_t to) {
  run_.abandon();
  session_.roll_back();
  in_transaction_ = false;
  pg::Connection& connection = session_.connection();
  if (!tables_.reset(session_)) return false;
  positions_.reload(connection);
  rejects_.begin_again();
  held_.clear();
  truncates_.clear();
  run_begin_ = from;
  collected_ = 0;
  index_ = from;
  batch_.lines().for_each(from, to, [&](const StoredLine& line) {
    take_line(line);
    ++index_;
  });
  return true;
}

void EventLoader::send(std::uint64_t end) {
  if (end > 0 || moved()) ensure_transaction();
  settle_held();
  settle_truncates();
  flush_all(end);
  rejects_.settle(batch_.lines());
  if (!in_transaction_) return;
  if (end == batch_.size() && !batch_.reached().empty())
    positions_.at("checkpoint") = batch_.reached();
  const PositionStore::Moves moves = positions_.moves();
  positions_.save(session_.connection(), moves);
  session_.commit();
  in_transaction_ = false;
  positions_.saved(moves);
}

void EventLoader::reached(const std::string& pos) {
  constexpr std::size_t kDigits = 16;
  const bool of_stream = pos.size() == kDigits && base::parse_hex(pos).has_value();
  if (positions_.is_open() && of_stream && pos > positions_.at("checkpoint"))
    batch_.set_reached(pos);
}

bool EventLoader::commit_piece(std::uint64_t from, std::uint64_t to) {
  if (broken_ && !replay(from, to)) return false;
  send(to);
  session_.succeeded();
  return true;
}

std::vector<Receipt> EventLoader::commit_until(std::uint64_t end) {
  std::vector<Receipt> receipts;
  std::uint64_t done = 0;
  bool possible = true;
  do {
    // What failed as a whole may pass in pieces, even where sessions do not live long.
    const std::uint64_t to = broken_ ? batch_.next_mark(done, end) : end;
    try {
      possible = commit_piece(done, to);
      if (!possible) break;
      take_receipts(receipts);
      done = to;
      broken_ = done < end;
    } catch (const base::Error& error) {
      in_transaction_ = false;
      broken_ = true;
      run_.abandon();
      session_.pause_after(error);
    }
  } while (broken_);
  if (!possible) {
    throw base::Error(base::ErrorKind::temporary,
                      "could not finish a snapshot: the connection was lost in the middle of it",
                      "Run the pipeline again; the source begins the snapshot anew.");
  }
  clear_batch();
  return receipts;
}

bool EventLoader::start_commit() {
  if (broken_ || !positions_.is_open() || !held_.empty() || !truncates_.empty()) return false;
  bool started = false;
  guarded([&] {
    ensure_transaction();
    run_.settle();
    if (rejects_.pending() > 0) return;
    rejects_.settle(batch_.lines());
    if (!batch_.reached().empty()) positions_.at("checkpoint") = batch_.reached();
    sent_moves_ = positions_.moves();
    std::swap(batch_, sent_);
    clear_batch();
    in_transaction_ = false;
    progress_ = Progress::under_way;
    started = true;
    run_.send_last([this] {
      positions_.save(session_.connection(), sent_moves_);
      session_.commit();
    });
  });
  return started;
}

std::optional<std::vector<Receipt>> EventLoader::finish_commit() {
  guarded([this] { complete_commit(); });
  if (std::exchange(progress_, Progress::none) == Progress::none) return std::nullopt;
  return std::exchange(sent_receipts_, {});
}

// Throws what can be tried again when it failed: the lines are back in front of the others then.
void EventLoader::complete_commit() {
  if (progress_ != Progress::under_way) return;
  try {
    run_.settle_last();
  } catch (const base::Error& error) {
    take_back_sent();
    if (!is_row_error(error)) throw;
    throw base::Error(base::ErrorKind::temporary, error.what());
  }
  progress_ = Progress::done;
  session_.succeeded();
  positions_.saved(sent_moves_);
  tables_.for_each([&](EventTable& table) {
    std::optional<Receipt> receipt = table.take_closed_receipt();
    if (!receipt) return;
    receipt->milliseconds = sent_.milliseconds();
    sent_receipts_.push_back(std::move(*receipt));
  });
  sent_.clear();
}

void EventLoader::take_back_sent() {
  progress_ = Progress::none;
  index_ += sent_.size();
  batch_.put_in_front(sent_);
}

std::vector<Receipt> EventLoader::commit_marked() {
  std::vector<Receipt> receipts;
  if (batch_.marked() > 0) {
    broken_ = broken_ || !at_mark();
    receipts = commit_until(batch_.marked());
  }
  forget();
  return receipts;
}

void EventLoader::take_receipts(std::vector<Receipt>& receipts) {
  const std::uint64_t spent = batch_.milliseconds();
  tables_.for_each([&](EventTable& table) {
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
  run_begin_ = 0;
}

void EventLoader::forget() {
  run_.abandon();
  sent_.clear();
  progress_ = Progress::none;
  session_.roll_back();
  in_transaction_ = false;
  broken_ = false;
  tables_.clear();
  positions_.revert();
  clear_batch();
  held_.clear();
  truncates_.clear();
  collected_ = 0;
}

}  // namespace cdckit::pg_load
