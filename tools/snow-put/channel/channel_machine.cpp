#include "tools/snow-put/channel/channel_machine.hpp"

#include "common/base/check.hpp"
#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "tools/snow-put/channel/split.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow_put {
namespace {

using base::ErrorKind;
using snow::StreamError;
using snow::StreamFault;
using std::chrono::milliseconds;

// A pipe or channel that is there may be unknown to a part of the service for a moment.
constexpr milliseconds kMisjudged{5'000};
// For so long at most the rest of a revoked partition goes through it: kcat-cdc consume waits 30 s.
constexpr milliseconds kHandover{20'000};
// When every row of a batch is refused one by one it is not the rows.
constexpr unsigned kMostRefused = 20;

milliseconds since(ChannelMachine::Time then, ChannelMachine::Time now) {
  return std::chrono::duration_cast<milliseconds>(now - then);
}

}  // namespace

ChannelMachine::ChannelMachine(std::string name, retry::Policy policy)
    : name_(std::move(name)), policy_(policy), backoff_(policy) {
  opening_.request_id = base::random_uuid();
}

void ChannelMachine::add(BatchPointer batch, Time now) {
  if (!awaits_commit()) last_progress_ = now;
  queue_.push_back({std::move(batch), Sent::no, 0});
  const StreamError too_large(
      StreamFault::too_large, "the row is larger than the service takes in one body", "");
  for (std::size_t i = queue_.size() - 1; i < queue_.size(); ++i) {
    while (queue_[i].batch->frame.size() >= kLargestFrame && !queue_[i].batch->refused())
      divide(i, too_large);
  }
  settle_front();
}

// The queue's size when there is none.
std::size_t ChannelMachine::first_unsent() const {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [](const Entry& entry) {
    return entry.sent == Sent::no && !entry.batch->refused();
  });
  return static_cast<std::size_t>(found - queue_.begin());
}

std::size_t ChannelMachine::in_flight() const {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [](const Entry& entry) {
    return entry.sent == Sent::in_flight;
  });
  base::require_invariant(found != queue_.end(), "an answer belongs to a batch in flight");
  return static_cast<std::size_t>(found - queue_.begin());
}

ChannelMachine::Wish ChannelMachine::wish() const {
  Wish wish;
  wish.at = trouble_.next_try;
  if (phase_ == Phase::closed && (opening_.wanted || !queue_.empty())) {
    wish.action = Action::open;
    wish.request_id = opening_.request_id;
    wish.tries = opening_.tries;
  }
  if (phase_ != Phase::ready) return wish;
  const std::size_t index = first_unsent();
  if (index == queue_.size()) return wish;
  wish.action = Action::append;
  wish.batch = queue_[index].batch.get();
  wish.continuation_token = continuation_token_;
  wish.request_id = wish.batch->request_id;
  wish.tries = queue_[index].tries;
  return wish;
}

void ChannelMachine::sent() {
  if (phase_ == Phase::closed) {
    phase_ = Phase::opening;
    ++opening_.tries;
    return;
  }
  base::require_invariant(phase_ == Phase::ready, "one append in flight for each channel");
  const std::size_t index = first_unsent();
  base::require_invariant(index < queue_.size(), "what is sent is in the queue");
  queue_[index].sent = Sent::in_flight;
  ++queue_[index].tries;
  phase_ = Phase::appending;
}

// Later, with the same bytes and the same token.
void ChannelMachine::try_again(const base::Error& error, Time now, const char* what) {
  if (!trouble_.since) trouble_.since = now;
  const milliseconds pause = backoff_.next(since(*trouble_.since, now));
  if (pause.count() < 0) {
    throw base::Error(
        ErrorKind::temporary,
        std::string("could not ") + what + " channel \"" + name_ + "\": " + error.what());
  }
  trouble_.next_try = now + pause;
}

// Opening it late would take it from its new owner, who may have begun.
void ChannelMachine::check_released(Time now) const {
  if (!released_ || since(*released_, now) < kHandover) return;
  throw base::Error(ErrorKind::temporary,
                    "could not open channel \"" + name_ +
                        "\" again: its partition was taken away " +
                        base::format_duration(since(*released_, now)) + " ago");
}

void ChannelMachine::broken(const base::Error& reason, Time now) {
  check_released(now);
  if (!released_) log::warning("opening channel \"" + name_ + "\" again: " + reason.what());
  ++reopenings_;
  for (Entry& entry : queue_) {
    entry.sent = Sent::no;
    // with another token it is another request, not a retry of the one before
    if (std::exchange(entry.tries, 0) > 0) entry.batch->request_id = base::random_uuid();
  }
  phase_ = Phase::closed;
  opening_.request_id = base::random_uuid();
  opening_.tries = 0;
  opening_.wanted = true;
  // the first time at once
  if (trouble_.since) return try_again(reason, now, "keep open");
  trouble_.since = now;
  trouble_.next_try = now;
}

void ChannelMachine::give_up(const std::string& why) const {
  const std::string message =
      "could not go on with channel \"" + name_ + "\": another writer has it (" + why + ")";
  if (released_) throw base::Error(ErrorKind::temporary, message);
  throw StreamError(StreamFault::taken_over,
                    message,
                    "",
                    "Only one snow-put may write with one --channel-prefix; stop the other one.");
}

// A service that was started anew, or moved, forgets its sequencers as if another writer had come.
void ChannelMachine::taken_over(const base::Error& reason, Time now) {
  if (!interrupted_) give_up(reason.what());
  broken(reason, now);
}

bool ChannelMachine::missing_for_long(Time now) {
  if (!trouble_.missing) {
    trouble_.missing = true;
    trouble_.missing_since = now;
  }
  return since(trouble_.missing_since, now) >= std::min(kMisjudged, policy_.give_up_after);
}

void ChannelMachine::failed(const base::Error& error, Time now) {
  base::require_invariant(phase_ == Phase::opening || phase_ == Phase::appending,
                          "an answer belongs to what was sent");
  if (phase_ == Phase::opening) return failed_to_open(error, now);
  failed_to_append(error, now);
}

void ChannelMachine::failed_to_open(const base::Error& error, Time now) {
  phase_ = Phase::closed;
  const auto* fault = dynamic_cast<const StreamError*>(&error);
  if (fault == nullptr && !error.retryable()) throw error;
  if (fault == nullptr) return try_again(error, now, "open");
  switch (fault->fault()) {
    case StreamFault::missing:
      if (missing_for_long(now)) throw *fault;
      break;
    case StreamFault::refused:
    case StreamFault::too_large:
      throw base::Error(ErrorKind::unavailable, fault->what(), std::string(fault->hint()));
    default:
      break;
  }
  try_again(error, now, "open");
}

void ChannelMachine::failed_to_append(const base::Error& error, Time now) {
  const std::size_t index = in_flight();
  queue_[index].sent = Sent::no;
  phase_ = Phase::ready;
  const auto* fault = dynamic_cast<const StreamError*>(&error);
  if (fault == nullptr) {
    if (!error.retryable()) throw error;
    interrupted_ = true;
    return try_again(error, now, "append to");
  }
  switch (fault->fault()) {
    case StreamFault::transient:
      return try_again(error, now, "append to");
    case StreamFault::missing:
      if (missing_for_long(now)) throw *fault;
      return try_again(error, now, "append to");
    case StreamFault::moved:
      interrupted_ = true;
      return broken(error, now);
    case StreamFault::taken_over:
      return taken_over(error, now);
    case StreamFault::reopen:
    case StreamFault::uncommitted:
      return broken(error, now);
    case StreamFault::too_large:
    case StreamFault::refused:
      divide(index, *fault);
      return settle_front();
  }
}

// A batch that is not taken whole: its halves may be, down to the row that is at fault.
void ChannelMachine::divide(std::size_t index, const StreamError& error) {
  Batch& batch = *queue_[index].batch;
  if (batch.rows.size() > 1) {
    auto [first, second] = split(batch);
    queue_[index] = {std::move(first), Sent::no, 0};
    queue_.insert(queue_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                  {std::move(second), Sent::no, 0});
    return;
  }
  if (error.fault() == StreamFault::refused && ++refused_in_a_row_ > kMostRefused) {
    throw base::Error(ErrorKind::unavailable, error.what(), std::string(error.hint()));
  }
  batch.refusal = {error.what(), error.code().empty() ? "413" : error.code()};
}

void ChannelMachine::appended(std::string continuation_token, Time now) {
  const std::size_t index = in_flight();
  if (!awaits_commit()) last_progress_ = now;
  queue_[index].sent = Sent::accepted;
  phase_ = Phase::ready;
  continuation_token_ = std::move(continuation_token);
  interrupted_ = false;  // it still knows us
  refused_in_a_row_ = 0;
  went_well();
  backoff_.reset();
}

void ChannelMachine::reopen(Time now) {
  check_released(now);
  base::require_invariant(queue_.empty(), "a channel is drained before it is opened anew");
  phase_ = Phase::closed;
  opening_ = {true, false, base::random_uuid(), 0};
  trouble_.next_try = now;
}

bool ChannelMachine::awaits_commit() const noexcept {
  return std::any_of(queue_.begin(), queue_.end(), [](const Entry& entry) {
    return entry.sent == Sent::accepted;
  });
}

void ChannelMachine::check_patience(Time now) const {
  if (!awaits_commit() || since(last_progress_, now) < policy_.give_up_after) return;
  throw base::Error(ErrorKind::temporary,
                    "could not see accepted rows of channel \"" + name_ + "\" committed within " +
                        base::format_duration(policy_.give_up_after) + ": its token is \"" +
                        state_.committed_token + "\"");
}

Settled ChannelMachine::take_settled() {
  Settled out;
  out.batches = std::exchange(settled_, {});
  out.row_errors = std::exchange(counters_.carried, 0);
  out.error_message = state_.last_error_message;
  out.all = queue_.empty();
  return out;
}

}  // namespace cdckit::snow_put
