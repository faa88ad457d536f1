#include "tools/opensky-fetch/feed/live_feed.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/retry/retry.hpp"
#include "tools/opensky-fetch/feed/schedule.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

// With --every 0 a server whose picture stands still is not hammered.
constexpr milliseconds kStandstill{20};

retry::Policy policy_of(const Options& options) {
  return {milliseconds(500), milliseconds(15'000), options.max_wait};
}

// How long one trouble has lasted and what to do about it.
class Trouble {
 public:
  explicit Trouble(const Options& options)
      : max_wait_(options.max_wait), backoff_(policy_of(options)) {}

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

LiveFeed::LiveFeed(const Options& options,
                   signals::StopToken stop,
                   metrics::Registry& metrics,
                   Pause pause)
    : options_(options),
      stop_(stop),
      metrics_(metrics),
      seconds_(metrics.histogram(
          "opensky_fetch_poll_seconds", "Time one poll took.", metrics::delay_bounds())),
      pause_(std::move(pause)),
      poller_(options, stop) {}

bool LiveFeed::next(const Deliver& deliver) {
  if (polls_ > 0 && !wait_for_tick()) return false;
  if (!poll_through_trouble(deliver)) return false;
  ++polls_;
  return options_.every && (options_.count == 0 || polls_ < options_.count);
}

bool LiveFeed::wait_for_tick() {
  milliseconds wait = until_next_tick(base::unix_milliseconds(), *options_.every);
  if (wait.count() == 0 && !last_was_new_) wait = kStandstill;
  if (options_.run_for.count() > 0 && Clock::now() + wait >= started_ + options_.run_for)
    return false;
  return !pause_(wait);
}

// False when the run was asked to stop.
bool LiveFeed::poll_through_trouble(const Deliver& deliver) {
  std::optional<Trouble> trouble;
  for (;;) {
    try {
      poll_once(deliver);
      return true;
    } catch (const PollError& error) {
      if (stop_.stop_requested()) return false;
      count(error.cause().label);
      if (!trouble) trouble.emplace(options_);
      const milliseconds pause = trouble->pause_after(error);
      log::warning(
          fmt::format("{}; trying again in {}", error.what(), base::format_duration(pause)));
      if (pause_(pause)) return false;
    }
  }
}

void LiveFeed::poll_once(const Deliver& deliver) {
  const auto began = Clock::now();
  last_was_new_ = poller_.poll(deliver);
  const std::chrono::duration<double> took = Clock::now() - began;
  seconds_.observe(took.count());
  count(last_was_new_ ? "ok" : "unchanged");
  if (const auto credits = poller_.credits()) {
    metrics_.gauge("opensky_fetch_credits_left", "Credits left as the service says.")
        .set(static_cast<double>(*credits));
  }
}

void LiveFeed::count(const std::string& result) {
  metrics_.counter("opensky_fetch_polls_total", "Polls by result.", {{"result", result}}).add();
}

}  // namespace cdckit::opensky_fetch
