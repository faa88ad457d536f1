// How EventLoader commits, at once or beside the reading, and applies lines again after a failure.
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tools/pg-load/events/event_loader.hpp"

#include <algorithm>
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
  if (half_dropped_) held_.clear();
  settle_held();
  settle_truncates();
  flush_all(end);
  rejects_.settle(batch_.lines());
  if (!in_transaction_) return;
  if (end >= batch_.marked() && !batch_.reached().empty())
    positions_.at("checkpoint") = batch_.reached();
  const PositionStore::Moves moves = positions_.moves();
  positions_.save(session_.connection(), moves);
  at_end_ = true;
  session_.commit();
  at_end_ = false;
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
  constexpr std::uint64_t kNone = static_cast<std::uint64_t>(-1);
  std::uint64_t limit = kNone;  // what is known to pass
  do {
    // What failed as a whole may pass in pieces, even where sessions do not live long.
    const std::uint64_t to = std::min(broken_ ? batch_.next_mark(done, end) : end, limit);
    try {
      possible = commit_piece(done, to);
      if (!possible) break;
      take_receipts(receipts);
      done = to;
      limit = kNone;
      broken_ = done < end;
    } catch (const base::Error& error) {
      in_transaction_ = false;
      broken_ = true;
      run_.abandon();
      if (std::exchange(at_end_, false) && is_row_error(error)) {
        limit = search_refused(done, to);
      } else {
        session_.pause_after(error);
      }
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

std::vector<std::uint64_t> EventLoader::borders(std::uint64_t from, std::uint64_t to) const {
  if (atomic_) return {to};
  std::vector<std::uint64_t> begins;
  std::string last;
  std::uint64_t index = from;
  event::Decoder decoder;
  batch_.lines().for_each(from, to, [&](const StoredLine& line) {
    event::LineKind kind{};
    event::Event event;
    const bool readable = decoder.decode(line.text, false, kind, event) == nullptr;
    const bool half = readable && is_second_half(event);
    const std::string_view transaction = event.pos.substr(0, event.pos.find('/'));
    const bool goes_on = half || (!transaction.empty() && transaction == last);
    if (index > from && !goes_on) begins.push_back(index);
    last = transaction;
    ++index;
  });
  begins.push_back(to);
  return begins;
}

// Applies lines [from, to) without those in refused_, and takes all back.
bool EventLoader::passes(std::uint64_t from, std::uint64_t to) {
  for (;;) {
    try {
      if (!replay(from, to)) return true;  // the commit itself will find out
      ensure_transaction();
      settle_held();
      settle_truncates();
      flush_all(to);
      session_.connection().execute("SET CONSTRAINTS ALL IMMEDIATE");
      return true;
    } catch (const base::Error& error) {
      if (is_row_error(error)) {
        const auto* server = dynamic_cast<const pg::ServerError*>(&error);
        refusal_ = {.reason = error.what(), .code = server == nullptr ? "" : server->sqlstate()};
        return false;
      }
      in_transaction_ = false;
      run_.abandon();
      session_.pause_after(error);
    }
  }
}

// As the source had it after each of its transactions, all constraints hold: the first one that
// does not pass holds a bad row. What comes before it is committed first, then it is searched.
std::uint64_t EventLoader::search_refused(std::uint64_t from, std::uint64_t to) {
  const std::vector<std::uint64_t> ends = borders(from, to);
  std::size_t good = 0;  // ends[0 .. good) pass
  std::size_t bad = ends.size();
  while (good + 1 < bad) {
    const std::size_t middle = (good + bad) / 2;
    (passes(from, ends[middle - 1]) ? good : bad) = middle;
  }
  if (good > 0) return ends[good - 1];
  const std::uint64_t end = ends[bad - 1];
  if (!passes(from, end)) {
    refuse_lines(from, from, end);
    readmit(from, end);
  }
  return end;
}

// Lines [from, begin) pass and [from, to) do not, each time without what is refused so far.
void EventLoader::refuse_lines(std::uint64_t from, std::uint64_t begin, std::uint64_t to) {
  while (begin < to) {
    std::uint64_t good = begin;
    std::uint64_t bad = to;
    while (good + 1 < bad) {
      const std::uint64_t middle = good + (bad - good) / 2;
      (passes(from, middle) ? good : bad) = middle;
    }
    passes(from, bad);
    batch_.lines().for_each(
        bad - 1, bad, [this](const StoredLine& line) { refused_.emplace(line.number, refusal_); });
    begin = bad;
    if (passes(from, to)) return;
  }
}

// A row may have been refused only because what it refers to came behind it.
void EventLoader::readmit(std::uint64_t from, std::uint64_t to) {
  std::map<std::uint64_t, Refusal> candidates = refused_;
  for (auto& [number, refusal] : candidates) {
    refused_.erase(number);
    if (!passes(from, to)) refused_[number] = refusal;
  }
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

// What was collected of the lines behind the mark is given up, and collected again later: a source
// falls silent in the middle of a transaction seldom enough.
std::vector<Receipt> EventLoader::commit_to_mark() {
  if (batch_.marked() == 0 || at_mark()) return commit();
  EventBatch rest = batch_.empty_one();
  batch_.copy_behind_mark(rest);
  broken_ = true;
  std::vector<Receipt> receipts = commit_until(batch_.marked());
  std::swap(batch_, rest);
  broken_ = true;
  return receipts;
}

bool EventLoader::drop_half() noexcept {
  if (held_.empty()) return false;
  half_dropped_ = true;
  return true;
}

std::string EventLoader::has_up_to() const {
  const std::string applied = positions_.stored("");
  return std::max(stored_checkpoint(), applied.substr(0, applied.find('/')));
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
  refused_.clear();
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
  half_dropped_ = false;
  truncates_.clear();
  collected_ = 0;
}

}  // namespace cdckit::pg_load
