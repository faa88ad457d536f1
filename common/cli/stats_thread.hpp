// What is done again and again from a thread of its own while a tool works: the lines of
// --stats-interval, the file of --metrics-file, the progress on a terminal. Ends with it.
#pragma once

#include "common/metrics/metrics.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace cdckit::cli {

class StatsThread {
 public:
  // An interval of zero: no thread.
  StatsThread(const metrics::Registry& registry, std::chrono::milliseconds interval);
  // `work` must not throw.
  StatsThread(std::chrono::milliseconds interval, std::function<void()> work);
  StatsThread(const StatsThread&) = delete;
  StatsThread& operator=(const StatsThread&) = delete;
  ~StatsThread();

 private:
  void run(std::chrono::milliseconds interval);
  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace cdckit::cli
