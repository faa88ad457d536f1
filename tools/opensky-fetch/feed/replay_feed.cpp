#include "tools/opensky-fetch/feed/replay_feed.hpp"

#include "common/base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {

ReplayFeed::ReplayFeed(const ReplaySettings& replay,
                       Endpoint endpoint,
                       const ScheduleSettings& schedule,
                       signals::StopToken stop,
                       Pause pause)
    : schedule_(schedule),
      endpoint_(endpoint),
      speed_(replay.speed),
      pause_(std::move(pause)),
      recording_(replay.path, endpoint, stop),
      answers_(endpoint),
      ticks_(schedule.every.value_or(milliseconds(0))) {}

bool ReplayFeed::next(const Deliver& deliver) {
  RecordedPoll poll;
  if (!recording_.next(poll)) return false;
  try {
    const Snapshot snapshot = assemble(poll);
    return play(snapshot, poll.polled.value_or(snapshot.time * 1000), deliver);
  } catch (const Malformed& error) {
    throw base::Error(base::ErrorKind::data,
                      fmt::format("{}: could not read snapshot: {}", poll.where, error.what()));
  }
}

// As the live poll had it: states say their instant themselves, the others are of their poll.
Snapshot ReplayFeed::assemble(const RecordedPoll& poll) {
  Snapshot snapshot;
  for (const std::string_view text : poll.answers) {
    const Part part = answers_.read(text);
    snapshot.time = std::max(snapshot.time, part.time);
    snapshot.parts.push_back(part.content);
  }
  if (poll.polled && endpoint_ != Endpoint::states) snapshot.time = *poll.polled / 1000;
  return snapshot;
}

bool ReplayFeed::play(const Snapshot& snapshot, std::int64_t polled, const Deliver& deliver) {
  if (is_over(polled)) return false;
  if (!ticks_.takes(polled)) return true;
  if (!wait_for_turn(polled)) return false;
  if (deliver(snapshot)) ++played_;
  return schedule_.count == 0 || played_ < schedule_.count;
}

// --for means recorded time here, so that the same command prints the same on any machine.
bool ReplayFeed::is_over(std::int64_t polled) const {
  return schedule_.run_for.count() > 0 && first_poll_ &&
         polled - *first_poll_ >= schedule_.run_for.count();
}

bool ReplayFeed::wait_for_turn(std::int64_t polled) {
  if (!first_poll_) {
    first_poll_ = polled;
    started_ = Clock::now();
  }
  if (speed_ <= 0) return true;
  const std::chrono::duration<double, std::milli> offset(
      static_cast<double>(polled - *first_poll_) / speed_);
  const auto left = std::chrono::duration_cast<milliseconds>(started_ + offset - Clock::now());
  return left.count() <= 0 || !pause_(left);
}

}  // namespace cdckit::opensky_fetch
