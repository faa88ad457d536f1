#include "common/retry/retry.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <atomic>

namespace cdckit::retry {

using std::chrono::milliseconds;

namespace {

std::atomic<std::uint64_t> pauses{0};

}  // namespace

std::uint64_t pauses_so_far() noexcept {
  return pauses.load(std::memory_order_relaxed);
}

Backoff::Backoff(Policy policy, std::uint64_t seed)
    : policy_(policy),
      state_(seed != 0 ? seed : base::parse_hex(base::random_id()).value_or(1) | 1U),
      last_(policy.first_delay) {}

milliseconds Backoff::next(milliseconds since_first_failure) {
  if (since_first_failure >= policy_.give_up_after) return milliseconds(-1);
  pauses.fetch_add(1, std::memory_order_relaxed);
  // xorshift64: good enough to keep clients apart
  state_ ^= state_ << 13U;
  state_ ^= state_ >> 7U;
  state_ ^= state_ << 17U;
  const auto low = policy_.first_delay.count();
  const auto high = std::max<std::int64_t>(low + 1, last_.count() * 3);
  const auto span = static_cast<std::uint64_t>(high - low);
  last_ = std::min(policy_.max_delay, milliseconds(low + static_cast<std::int64_t>(state_ % span)));
  return std::min(last_, policy_.give_up_after - since_first_failure);
}

void Backoff::reset() noexcept {
  last_ = policy_.first_delay;
}

Attempts::Attempts(Policy policy, signals::StopToken stop, Observer observer)
    : backoff_(policy), stop_(stop), observer_(std::move(observer)) {}

void Attempts::failed(const base::Error& error) {
  if (!error.retryable() || stop_.stop_requested()) throw;  // only called from a catch block
  const auto now = std::chrono::steady_clock::now();
  if (!failing_) first_failure_ = now;
  failing_ = true;
  const auto pause = backoff_.next(std::chrono::duration_cast<milliseconds>(now - first_failure_));
  if (pause.count() < 0) throw;
  if (observer_) observer_(error, pause);
  if (stop_.sleep_for(pause)) throw;
}

void Attempts::succeeded() noexcept {
  failing_ = false;
  backoff_.reset();
}

}  // namespace cdckit::retry
