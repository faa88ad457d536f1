// What the service says about a channel's state: when it is opened, and when it is asked.
// tested by
// tests/integration/snow-put/test_exactly_once.py::test_the_service_is_killed_and_comes_back
#include "common/base/check.hpp"
#include "common/log/log.hpp"
#include "tools/snow-put/channel/channel_machine.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {

using base::ErrorKind;
using snow::StreamError;
using snow::StreamFault;

ChannelMachine::Placed ChannelMachine::place(std::string_view token) const {
  if (token == state_.committed_token) return {Place::same, 0};
  for (std::size_t i = covered_; i < queue_.size(); ++i) {
    const Entry& entry = queue_[i];
    if (!entry.batch->refused() && entry.batch->end_token == token) return {Place::entry, i};
  }
  const auto marks = event::Marks::parse(token);
  const auto known = event::Marks::parse(state_.committed_token);
  if (marks && known && known->reach(*marks)) return {Place::older, 0};
  return {Place::foreign, 0};
}

bool ChannelMachine::opened(const snow::OpenedChannel& answer, Time now) {
  base::require_invariant(phase_ == Phase::opening, "an answer belongs to what was sent");
  phase_ = Phase::closed;
  if (const auto fault = snow::channel_fault(answer.status)) {
    const StreamError error(*fault, "it is " + answer.status.code, answer.status.code);
    try_again(error, now, "open");
    return false;
  }
  if (opening_.first) {
    counters_.base = answer.status.rows_inserted + answer.status.rows_errors;
    counters_.errors = answer.status.rows_errors;
    state_ = answer.status;
  } else {
    const Placed placed = place(answer.status.committed_token);
    if (placed.place == Place::foreign) {
      give_up("its token is \"" + answer.status.committed_token + "\"");
    }
    if (placed.place == Place::older && !answer.status.committed_token.empty()) {
      try_again(StreamError(StreamFault::reopen,
                            "its token went back to \"" + answer.status.committed_token + "\"",
                            ""),
                now,
                "open");
      return false;
    }
    go_on_from(answer.status, now);
  }
  phase_ = Phase::ready;
  continuation_token_ = answer.continuation_token;
  interrupted_ = false;
  trouble_.next_try = {};
  opening_.first = false;
  return std::exchange(opening_.wanted, false);
}

void ChannelMachine::go_on_from(const snow::ChannelStatus& status, Time now) {
  const Placed placed = place(status.committed_token);
  if (placed.place == Place::older) return start_over(status);
  if (placed.place == Place::entry) cover(placed.entry + 1, status.committed_token, now);
  // what the token covers is in, whatever became of its answer
  for (std::size_t i = 0; i < covered_; ++i) queue_[i].sent = Sent::accepted;
  settle(status, now);
}

// The service has forgotten the channel (it does after 30 days without rows), or its table was made
// anew: rows that it had committed are in, the others are sent.
void ChannelMachine::start_over(const snow::ChannelStatus& status) {
  log::warning("channel \"" + name_ + "\" is a new one to the service: its token is gone");
  for (; covered_ > 0; --covered_) {
    settled_.push_back(std::move(queue_.front().batch));
    queue_.pop_front();
  }
  state_ = status;
  counters_ = {status.rows_inserted + status.rows_errors, 0, status.rows_errors, counters_.carried};
}

void ChannelMachine::cover(std::size_t count, const std::string& token, Time now) {
  base::require_invariant(count >= covered_, "a committed token does not go back");
  covered_ = count;
  state_.committed_token = token;
  last_progress_ = now;
  went_well();
}

void ChannelMachine::count(const snow::ChannelStatus& status) {
  if (status.rows_errors > counters_.errors) {
    counters_.carried += status.rows_errors - counters_.errors;
    counters_.errors = status.rows_errors;
    state_.last_error_message = status.last_error_message;
  }
  state_.has_counts = state_.has_counts || status.has_counts;
  state_.rows_inserted = std::max(state_.rows_inserted, status.rows_inserted);
  state_.rows_errors = std::max(state_.rows_errors, status.rows_errors);
}

void ChannelMachine::settle(const snow::ChannelStatus& status, Time now) {
  const std::uint64_t before = counters_.ours;
  count(status);
  settle_front();
  if (counters_.ours != before) last_progress_ = now;
}

// A batch leaves when the counters have grown by its rows too: a token may be seen before them.
void ChannelMachine::settle_front() {
  while (!queue_.empty()) {
    Batch& batch = *queue_.front().batch;
    if (!batch.refused()) {
      if (covered_ == 0) break;
      const std::uint64_t counted = state_.rows_inserted + state_.rows_errors - counters_.base;
      if (state_.has_counts && counted < counters_.ours + batch.rows.size()) break;
      counters_.ours += batch.rows.size();
    }
    if (covered_ > 0) --covered_;
    settled_.push_back(std::move(queue_.front().batch));
    queue_.pop_front();
  }
}

void ChannelMachine::saw(const snow::ChannelStatus* status, Time now) {
  if (phase_ == Phase::closed || phase_ == Phase::opening) return;
  const bool appending = phase_ == Phase::appending;
  if (status == nullptr) {
    if (appending || !missing_for_long(now)) return;
    return broken(StreamError(StreamFault::reopen, "the service no longer knows it", ""), now);
  }
  if (const auto fault = snow::channel_fault(*status)) {
    if (appending) return;  // its answer says it too
    const StreamError error(*fault, "it is " + status->code, status->code);
    if (*fault == StreamFault::taken_over) return taken_over(error, now);
    if (*fault != StreamFault::missing) return broken(error, now);
    if (missing_for_long(now)) {
      throw StreamError(
          *fault, "could not go on with channel \"" + name_ + "\": " + status->code, status->code);
    }
    return;
  }
  trouble_.missing = false;
  const Placed placed = place(status->committed_token);
  if (placed.place == Place::older) return;  // from before what is known
  if (placed.place == Place::foreign) {
    if (interrupted_) return;  // opening it will tell
    give_up("its token is \"" + status->committed_token + "\"");
  }
  // a batch without its answer stays: only the answer says how to go on
  if (placed.place == Place::entry && queue_[placed.entry].sent == Sent::accepted)
    cover(placed.entry + 1, status->committed_token, now);
  settle(*status, now);
  if (interrupted_ && awaits_commit() && !appending) {
    broken(base::Error(ErrorKind::temporary, "the service was out of reach"), now);
  }
}

}  // namespace cdckit::snow_put
