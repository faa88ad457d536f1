#include "tests/simulation/pipeline.hpp"

#include <algorithm>
#include <limits>

namespace cdckit::simulation {

bool Target::has(const std::vector<int>& ids) const {
  return std::all_of(ids.begin(), ids.end(), [&](int id) { return rows.contains(id); });
}

bool Target::has_any(const std::vector<int>& ids) const {
  return std::any_of(ids.begin(), ids.end(), [&](int id) { return rows.contains(id); });
}

void Server::commit_some(Random& random) {
  for (auto count = random.below(5); count > 0; --count) {
    Transaction transaction;
    for (auto rows = 1 + random.below(6); rows > 0; --rows) transaction.rows.push_back(next_row_++);
    if (random.one_in(6)) transaction.chunk = {next_row_, next_row_ + 1};
    next_row_ += static_cast<int>(transaction.chunk.size());
    wal_end_ += 64 + random.below(400);
    transaction.end = wal_end_;
    transactions_.push_back(std::move(transaction));
  }
  wal_end_ += random.below(100);
}

// The standby may have branched off before an earlier branch: then that one is no part of its past.
void Server::roll_back(Random& random) {
  const std::uint64_t end = confirmed_ - std::min(confirmed_ - 1, random.below(600));
  std::uint64_t left = 1 + rolled_back_to_.size();
  while (!history_.empty() && history_.back().end > end) {
    left = history_.back().timeline;
    history_.pop_back();
  }
  history_.push_back({left, end});
  rolled_back_to_.push_back(end);
  std::erase_if(transactions_, [&](const Transaction& lost) { return lost.end > end; });
  wal_end_ = end;
  confirmed_ = std::min(confirmed_, end);
  earlier_.clear();
}

bool Server::has_lost(std::uint64_t timeline, std::uint64_t position) const {
  const auto since = rolled_back_to_.begin() + static_cast<std::ptrdiff_t>(timeline) - 1;
  return std::any_of(
      since, rolled_back_to_.end(), [&](std::uint64_t end) { return position > end; });
}

// A crash: the slot is where it was when it was last written to disk, and knows nothing of later.
void Server::forget_confirmations(Random& random) {
  if (earlier_.empty()) return;
  const auto written = random.below(earlier_.size());
  confirmed_ = earlier_[written];
  earlier_.resize(written);
}

void Server::confirm(std::uint64_t lsn) {
  if (lsn <= confirmed_) return;
  for (const Transaction& transaction : transactions_) {
    if (transaction.end > lsn) continue;
    if (!target_.has(transaction.rows)) throw Violation("confirmed, and not in the target: a row");
    if (!target_.has(transaction.chunk))
      throw Violation("confirmed, and not in the target: a row of a chunk");
  }
  earlier_.push_back(confirmed_);
  confirmed_ = lsn;
}

walcat::ServerState Server::state(bool believes_anything) const {
  constexpr auto kAnything = std::numeric_limits<std::uint64_t>::max();
  walcat::ServerState state;
  state.id = {
      .system_id = "7", .timeline = 1 + rolled_back_to_.size(), .slot = "s", .database = "d"};
  state.wal_end = believes_anything ? kAnything : wal_end_;
  state.slot.exists = true;
  state.slot.confirmed = confirmed_;
  state.slot.plugin = "pgoutput";
  state.slot.database = "d";
  state.history = history_;
  if (believes_anything) {
    for (auto& past : state.history) past.end = kAnything;
  }
  return state;
}

}  // namespace cdckit::simulation
