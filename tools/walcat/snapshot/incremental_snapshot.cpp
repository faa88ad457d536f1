#include "tools/walcat/snapshot/incremental_snapshot.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::walcat {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kAgainLater{500};

// Access rules and syntax, a schema that is gone, values that a condition cannot work with.
bool is_lasting(std::string_view sqlstate) {
  return sqlstate.starts_with("42") || sqlstate == "3F000" || sqlstate.starts_with("22");
}

}  // namespace

IncrementalSnapshot::IncrementalSnapshot(std::unique_ptr<ChunkSource> reader,
                                         const SourceIdentity& identity,
                                         Delivery& delivery,
                                         metrics::Registry& registry)
    : worker_(std::move(reader)), line_(identity), delivery_(delivery), meter_(registry) {}

void IncrementalSnapshot::before_transaction(const Message& begin, std::string& out) {
  streamed_.add(begin.xid);
  if (!chunk_ || chunk_->seen.sees(begin.xid)) return;
  const Chunk chunk = std::move(*chunk_);
  chunk_.reset();
  if (chunk.rows > 0) print(chunk, begin, out);
  meter_.chunk(chunk.rows);
}

// Cut short by --limit it is not the whole chunk; but then the run ends before that is confirmed.
void IncrementalSnapshot::print(const Chunk& chunk, const Message& begin, std::string& out) {
  // no commit ends here: between this transaction and the one before
  line_.set_context({.pos_lsn = begin.lsn - 1,
                     .unix_us = base::unix_microseconds(),
                     .last_commit = changes_->last_end(),
                     .snapshot = "incremental",
                     .lsn_is_null = true});
  const auto count = std::min<std::uint64_t>(chunk.rows, changes_->lines_left());
  changes_->beside_stream(chunk.relation, [&](Table& table) {
    if (!table.announced) changes_->print_schema(table, out);
    for (std::size_t row = 0; row < count; ++row) {
      const auto values = chunk.row(row);
      line_.append(out,
                   {.table = &table,
                    .op = 'r',
                    .ordinal = row + 1,
                    .lsn = begin.lsn,
                    .key_values = values,
                    .after = values});
    }
    changes_->add_lines(table, 'r', count);
  });
  rows_ += count;
}

void IncrementalSnapshot::signal(std::string_view content) {
  auto state = parse_state(content);
  if (!state) {
    log::warning("a signal for a snapshot cannot be read: it is passed over");
  } else if (state->slot == slot_) {
    if (state->step.empty()) return take_request(std::move(*state));
    take_step(*state);
  }
}

void IncrementalSnapshot::take_request(IncrementalState request) {
  if (!state_) return begin_from(std::move(request));
  for (auto& table : request.tables) {
    const auto waiting = state_->tables.begin() + static_cast<std::ptrdiff_t>(state_->table) + 1;
    if (std::find(waiting, state_->tables.end(), table) == state_->tables.end()) {
      state_->tables.push_back(std::move(table));
    }
  }
  meter_.state(state_);
}

// Steps of an earlier run that this one is repeating mean nothing.
void IncrementalSnapshot::take_step(const IncrementalState& step) {
  if (!state_) {
    if (!step.done()) begin_from(step);
    return;
  }
  if (step.step != awaited_.step) return;
  awaited_.step.clear();
  const bool knows_all = state_->tables.size() == awaited_.state.tables.size();
  auto tables = std::move(state_->tables);  // a request may have come meanwhile
  state_ = awaited_.state;
  state_->tables = std::move(tables);
  meter_.state(state_);
  if (state_->done()) {
    finish();
  } else if (knows_all) {
    delivery_.hold(changes_->last_end());
  }
}

void IncrementalSnapshot::finish() {
  log::info("the incremental snapshot is over: " + std::to_string(rows_) + " rows");
  state_.reset();
  delivery_.hold(std::nullopt);
}

void IncrementalSnapshot::begin_from(IncrementalState state) {
  if (state.done()) return;
  log::info(state.after.empty() && state.table == 0 ? "an incremental snapshot begins"
                                                    : "an incremental snapshot goes on");
  state_ = std::move(state);
  meter_.state(state_);
  rows_ = 0;
  delivery_.hold(changes_->last_end());
}

// A transaction can be streamed before others see it, while it waits for a standby: what was read
// then may be older than what was printed.
bool IncrementalSnapshot::streamed_unseen(const SeenTransactions& seen) const noexcept {
  const auto& running = seen.running();
  return streamed_.reaches(seen.next()) ||
         std::any_of(running.begin(), running.end(), [&](std::uint32_t xid) {
           return streamed_.contains(xid);
         });
}

void IncrementalSnapshot::advance() {
  if (stopped_) return;
  if (worker_.busy()) {
    if (!worker_.holds()) return;
    frozen_ = true;
    worker_.look();
    return;
  }
  if (auto outcome = worker_.take()) {
    frozen_ = false;
    if (!std::exchange(outdated_, false)) take_outcome(std::move(*outcome));
  }
  if (!state_ || chunk_ || worker_.busy() || !awaited_.step.empty() || Clock::now() < not_before_)
    return;
  worker_.read(*state_);
}

void IncrementalSnapshot::take_outcome(ChunkWorker::Outcome outcome) {
  try {
    if (outcome.failure) std::rethrow_exception(outcome.failure);
    if (outcome.chunk) take_chunk(std::move(*outcome.chunk));
  } catch (const base::Error& error) {
    put_off(error);
  }
}

void IncrementalSnapshot::take_chunk(Chunk chunk) {
  if (streamed_unseen(chunk.seen)) {
    not_before_ = Clock::now() + kAgainLater;
    return;
  }
  chunk.next.step = base::random_id();
  awaited_.step = chunk.next.step;
  awaited_.state = chunk.next;
  chunk_ = std::move(chunk);
  worker_.signal(awaited_.state);
}

// The stream goes on whatever happens to a chunk. A table that is gone, may not be read or does not
// take its condition is passed over: to wait for it would keep the slot where it is.
void IncrementalSnapshot::put_off(const base::Error& error) {
  chunk_.reset();
  awaited_.step.clear();
  not_before_ = Clock::now() + kAgainLater;
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  if (server != nullptr && is_lasting(server->sqlstate())) {
    log::warning("the incremental snapshot passes over table \"" + state_->tables[state_->table] +
                 "\": " + error.what());
    pass_table();
  } else {
    log::warning("a chunk of the incremental snapshot has to wait: " + std::string(error.what()));
  }
}

void IncrementalSnapshot::pass_table() {
  ++state_->table;
  state_->after.clear();
  state_->until.clear();
  meter_.state(state_);
  if (state_->done()) finish();
}

void IncrementalSnapshot::stream_restarted() {
  chunk_.reset();
  awaited_.step.clear();
  streamed_.clear();
  outdated_ = !worker_.idle();
}

}  // namespace cdckit::walcat
