// How far a long job is, as one line for a terminal: what is done, rows, rate, lag, time left. Who
// works tells it when somebody looks; cli::run_tool looks twice a second where stderr is a
// terminal, nobody does elsewhere. wanted() costs one load. Thread-safe; throws nothing but
// bad_alloc.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::log {

// What is not given stays what it was.
struct Sample {
  std::optional<std::uint64_t> rows = {};             // of this run so far
  std::optional<std::chrono::milliseconds> lag = {};  // how old the newest of them is
  std::optional<double> part = {};                    // of the whole job that is done, 0 to 1
};

class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // True when rows are to be told.
  [[nodiscard]] bool wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }
  void tell(const Sample& sample);
  // What is under way, in front of the figures; empty: nothing to be named.
  void doing(std::string what);
  // Somebody else writes the line now (true), or does no more.
  void leave(bool to_others);

  // The line as of `now`, empty: there is nothing to say; the next sample is wanted from now on.
  std::string look(Time now);

 private:
  struct Point {
    Time time;
    std::uint64_t rows = 0;
  };
  [[nodiscard]] std::optional<double> rate() const;
  [[nodiscard]] std::optional<std::chrono::seconds> left(Time now) const;

  std::atomic<bool> wanted_{false};
  std::mutex mutex_;
  Sample sample_;
  std::string doing_;
  std::deque<Point> points_;  // of the last looks, the oldest first
  std::optional<Time> began_;
  bool left_to_others_ = false;
};

// The one line of this process.
Progress& own_progress();
// A message that stands on a terminal also without -v, though not with -q; elsewhere as info().
void notice(std::string_view message);

}  // namespace cdckit::log
