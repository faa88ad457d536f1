#include "tools/opensky-fetch/feed/live_feed.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/retry/retry.hpp"
#include "tools/opensky-fetch/request/queries.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

// With --every 0 a server whose picture stands still is not hammered.
constexpr milliseconds kStandstill{20};
// So few are left that somebody should know.
constexpr std::uint64_t kFewPolls = 10;

std::int64_t now_seconds() {
  return base::unix_milliseconds() / 1000;
}

retry::Policy policy_of(milliseconds max_wait) {
  return {milliseconds(500), milliseconds(15'000), max_wait};
}

// How long one trouble has lasted and what to do about it.
class Trouble {
 public:
  explicit Trouble(milliseconds max_wait) : max_wait_(max_wait), backoff_(policy_of(max_wait)) {}

  // The pause before the next try; rethrows the error in flight when there is no point in one.
  milliseconds pause_after(const PollError& error) {
    if (!error.cause().worth_retry) throw;  // only called from a catch block
    const auto lasted =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
    milliseconds pause = backoff_.next(lasted);
    if (pause.count() < 0) throw;
    if (!error.cause().wait) return pause;
    pause = std::max<milliseconds>(pause, *error.cause().wait);
    if (lasted + pause > max_wait_) {
      PollError::Cause cause = error.cause();
      cause.hint =
          fmt::format("The server asks for a pause of {}; run again then, or raise --max-wait.",
                      base::format_duration(*error.cause().wait));
      throw PollError(base::ErrorKind::temporary, error.what(), cause);
    }
    return pause;
  }

 private:
  milliseconds max_wait_;
  retry::Backoff backoff_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

LiveFeed::LiveFeed(LiveSettings settings,
                   signals::StopToken stop,
                   metrics::Registry& metrics,
                   Pause pause,
                   log::Progress* progress)
    : settings_(std::move(settings)),
      stop_(stop),
      metrics_(metrics),
      seconds_(metrics.histogram(
          "opensky_fetch_poll_seconds", "Time one poll took.", metrics::delay_bounds())),
      pause_(std::move(pause)),
      progress_(progress),
      poller_(settings_.request, settings_.service, stop),
      quota_(settings_.request, settings_.quota),
      cost_(credits_of(queries_of(settings_.request, now_seconds()))) {
  if (settings_.quota.budget && settings_.quota.budget->credits < cost_) {
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("could not poll with a budget of {} credits: one poll costs {}",
                                  settings_.quota.budget->credits,
                                  cost_));
  }
}

bool LiveFeed::next(const Deliver& deliver) {
  if (polls_ > 0 && !wait_for_tick()) return false;
  if (!wait_for_quota() || !poll_through_trouble(deliver)) return false;
  ++polls_;
  return (settings_.schedule.every || settings_.quota.budget) &&
         (settings_.schedule.count == 0 || polls_ < settings_.schedule.count);
}

// A server on this host may be polled more often than the service's picture changes: it has no
// grid.
Rhythm LiveFeed::rhythm() const {
  Rhythm rhythm{settings_.schedule.every.value_or(milliseconds(0)),
                poller_.anonymous() ? kGridOfAnonymous : kGridOfKnown};
  if (settings_.quota.budget)
    rhythm.period = std::max(rhythm.period, even_pause(*settings_.quota.budget, cost_));
  if (rhythm.period < rhythm.grid && http::is_loopback_url(settings_.request.url))
    rhythm.grid = milliseconds(0);
  return rhythm;
}

bool LiveFeed::wait_for_tick() {
  milliseconds wait = until_next_tick(base::unix_milliseconds(), rhythm());
  if (wait.count() == 0 && !last_was_new_) wait = kStandstill;
  if (settings_.schedule.run_for.count() > 0 &&
      Clock::now() + wait >= started_ + settings_.schedule.run_for)
    return false;
  return !pause_(wait);
}

// A budget that is spent is no trouble: a run that goes on and on sits it out. A pause that the
// service asked for is, and counts against --max-wait.
bool LiveFeed::wait_for_quota() {
  while (const auto held = hold()) {
    const milliseconds wait(held->until * 1000 - base::unix_milliseconds());
    if ((held->by_service || !paces_itself()) && wait > settings_.schedule.max_wait) {
      count("held");
      throw held_back(held->reason, "Run again then, or raise --max-wait.");
    }
    if (settings_.schedule.run_for.count() > 0 &&
        Clock::now() + wait >= started_ + settings_.schedule.run_for)
      return false;
    log::warning(fmt::format("{}; waiting", held->reason));
    if (pause_(std::max(wait, milliseconds(0)))) return false;
  }
  return true;
}

bool LiveFeed::paces_itself() const {
  return settings_.quota.budget && settings_.schedule.count != 1;
}

// Within a run the ticks keep the pace.
std::optional<Quota::Hold> LiveFeed::hold() {
  if (polls_ == 0 && paces_itself()) return quota_.hold_at_start(now_seconds(), cost_);
  return quota_.hold(now_seconds(), cost_);
}

// So that a run that is started again and again does not poll at each start.
void LiveFeed::remember_pace() {
  if (!paces_itself() || settings_.quota.state.empty()) return;
  const std::int64_t now = base::unix_milliseconds();
  quota_.next_poll_at((now + until_next_tick(now, rhythm()).count()) / 1000);
}

// False when the run was asked to stop.
bool LiveFeed::poll_through_trouble(const Deliver& deliver) {
  std::optional<Trouble> trouble;
  for (;;) {
    try {
      poll_once(deliver);
      return true;
    } catch (const PollError& error) {
      settle();
      if (stop_.stop_requested()) return false;
      count(error.cause().label);
      if (error.cause().wait && error.cause().wait->count() > 0)
        quota_.hold_until(now_seconds() + error.cause().wait->count());
      if (!trouble) trouble.emplace(settings_.schedule.max_wait);
      const milliseconds pause = trouble->pause_after(error);
      log::warning(
          fmt::format("{}; trying again in {}", error.what(), base::format_duration(pause)));
      if (pause_(pause)) return false;
    }
    // what was paid for pieces of a poll that failed may have used the budget up
    const auto held = quota_.hold(now_seconds(), cost_);
    if (held && !held->by_service && !wait_for_quota()) return false;
  }
}

void LiveFeed::poll_once(const Deliver& deliver) {
  const auto began = Clock::now();
  last_was_new_ = poller_.poll(deliver);
  const std::chrono::duration<double> took = Clock::now() - began;
  settle();
  remember_pace();
  seconds_.observe(took.count());
  count(last_was_new_ ? "ok" : "unchanged");
  report();
}

// What was answered is paid, also when the poll failed.
void LiveFeed::settle() {
  const int spent = poller_.take_spent();
  quota_.spend(now_seconds(), spent);
  metrics_.counter("opensky_fetch_credits_spent_total", "Credits that the answers have cost.")
      .add(spent);
}

void LiveFeed::report() {
  const auto credits = poller_.credits();
  if (!credits) return;
  metrics_.gauge("opensky_fetch_credits_left", "Credits left as the service says.")
      .set(static_cast<double>(*credits));
  const std::string text = fmt::format("{} credits left", *credits);
  log::info(text);
  if (progress_ != nullptr) progress_->doing(text);
  const bool few = cost_ > 0 && *credits < static_cast<std::uint64_t>(cost_) * kFewPolls;
  if (few && !warned_of_credits_)
    log::warning(
        fmt::format("{}: enough for {} polls", text, *credits / static_cast<std::uint64_t>(cost_)));
  warned_of_credits_ = few;
}

void LiveFeed::count(const std::string& result) {
  metrics_.counter("opensky_fetch_polls_total", "Polls by result.", {{"result", result}}).add();
}

}  // namespace cdckit::opensky_fetch
