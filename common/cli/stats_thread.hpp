// Writes --stats-interval lines from a thread of its own while a tool works; ends with it.
#pragma once

#include "common/metrics/metrics.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace cdckit::cli {

class StatsThread {
 public:
  // An interval of zero: no thread.
  StatsThread(const metrics::Registry& registry, std::chrono::milliseconds interval);
  StatsThread(const StatsThread&) = delete;
  StatsThread& operator=(const StatsThread&) = delete;
  ~StatsThread();

 private:
  void run(const metrics::Registry& registry, std::chrono::milliseconds interval);
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace cdckit::cli
