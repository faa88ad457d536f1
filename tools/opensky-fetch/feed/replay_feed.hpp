// Plays recorded answers, one JSON object a line, at their own pace, faster, or as fast as it goes.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "common/ndjson/reader.hpp"
#include "common/signals/stop.hpp"
#include "tools/opensky-fetch/feed/feed.hpp"
#include "tools/opensky-fetch/feed/schedule.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

// The files of a recording in playing order: the file itself, or every .ndjson, .json and .zst of
// a folder by name. Throws unavailable when there is none.
std::vector<std::string> recorded_files(const std::string& path);

class ReplayFeed : public Feed {
 public:
  ReplayFeed(const Options& options, signals::StopToken stop, Pause pause);
  // Throws data with `FILE:LINE` for a line that is no snapshot.
  bool next(const Deliver& deliver) override;

 private:
  using Clock = std::chrono::steady_clock;
  bool next_line(ndjson::Line& line);
  bool play(const Part& part, const Deliver& deliver);
  bool is_over(const Snapshot& snapshot) const;
  bool wait_for_turn(std::int64_t time);

  const Options& options_;
  signals::StopToken stop_;
  Pause pause_;
  AnswerReader answers_;
  std::vector<std::string> files_;
  std::size_t next_file_ = 0;
  io::FileDescriptor fd_;
  std::optional<ndjson::Reader> reader_;

  RecordedTicks ticks_;
  std::optional<std::int64_t> first_time_;
  Clock::time_point started_{};
  std::int64_t played_ = 0;
};

}  // namespace cdckit::opensky_fetch
