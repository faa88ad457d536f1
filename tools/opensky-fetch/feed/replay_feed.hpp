// Plays a recording at its own pace, faster, or as fast as it goes.
#pragma once

#include "common/signals/stop.hpp"
#include "tools/opensky-fetch/feed/feed.hpp"
#include "tools/opensky-fetch/feed/feed_settings.hpp"
#include "tools/opensky-fetch/feed/schedule.hpp"
#include "tools/opensky-fetch/recording/recording.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace cdckit::opensky_fetch {

class ReplayFeed : public Feed {
 public:
  ReplayFeed(const ReplaySettings& replay,
             Endpoint endpoint,
             const ScheduleSettings& schedule,
             signals::StopToken stop,
             Pause pause);
  // Throws data with `FILE:LINE` for what is no snapshot.
  bool next(const Deliver& deliver) override;

 private:
  using Clock = std::chrono::steady_clock;
  Snapshot assemble(const RecordedPoll& poll);
  bool play(const Snapshot& snapshot, std::int64_t polled, const Deliver& deliver);
  [[nodiscard]] bool is_over(std::int64_t polled) const;
  bool wait_for_turn(std::int64_t polled);

  ScheduleSettings schedule_;
  Endpoint endpoint_;
  double speed_;
  Pause pause_;
  Recording recording_;
  AnswerReader answers_;
  RecordedTicks ticks_;
  std::optional<std::int64_t> first_poll_;  // Unix milliseconds
  Clock::time_point started_{};
  std::int64_t played_ = 0;
};

}  // namespace cdckit::opensky_fetch
