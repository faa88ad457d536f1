// Polls the service on its schedule and sits out trouble for a bounded time. A poll that failed
// delivers nothing.
#pragma once

#include "common/log/progress.hpp"
#include "common/metrics/metrics.hpp"
#include "tools/opensky-fetch/feed/feed.hpp"
#include "tools/opensky-fetch/feed/feed_settings.hpp"
#include "tools/opensky-fetch/feed/schedule.hpp"
#include "tools/opensky-fetch/service/poller.hpp"
#include "tools/opensky-fetch/service/quota.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace cdckit::opensky_fetch {

struct LiveSettings {
  RequestSettings request;
  ServiceSettings service;
  QuotaSettings quota;
  ScheduleSettings schedule;
};

class LiveFeed : public Feed {
 public:
  // `progress` may be null: nobody is shown how many credits are left.
  LiveFeed(LiveSettings settings,
           signals::StopToken stop,
           metrics::Registry& metrics,
           Pause pause,
           log::Progress* progress = nullptr);

  // Throws PollError when the service refuses, or the trouble lasts longer than --max-wait.
  bool next(const Deliver& deliver) override;

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] Rhythm rhythm() const;
  bool wait_for_tick();
  bool wait_for_quota();
  [[nodiscard]] bool paces_itself() const;
  std::optional<Quota::Hold> hold();
  void remember_pace();
  bool poll_through_trouble(const Deliver& deliver);
  void poll_once(const Deliver& deliver);
  void settle();
  void report();
  void count(const std::string& result);

  const LiveSettings settings_;
  signals::StopToken stop_;
  metrics::Registry& metrics_;
  metrics::Histogram& seconds_;
  Pause pause_;
  log::Progress* progress_;
  Poller poller_;
  Quota quota_;
  int cost_;  // of one poll
  Clock::time_point started_ = Clock::now();
  std::int64_t polls_ = 0;
  bool last_was_new_ = true;
  bool warned_of_credits_ = false;
};

}  // namespace cdckit::opensky_fetch
