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

void Server::roll_back(Random& random) {
  const std::uint64_t end = confirmed_ - std::min(confirmed_ - 1, random.below(600));
  history_.push_back({timeline_++, end});
  std::erase_if(transactions_, [&](const Transaction& lost) { return lost.end > end; });
  wal_end_ = end;
  confirmed_ = std::min(confirmed_, end);
  earlier_.clear();
}

void Server::forget_confirmations(Random& random) {
  if (!earlier_.empty()) confirmed_ = earlier_[random.below(earlier_.size())];
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
  state.id = {.system_id = "7", .timeline = timeline_, .slot = "s", .database = "d"};
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
