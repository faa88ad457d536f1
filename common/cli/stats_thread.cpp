#include "common/cli/stats_thread.hpp"

#include "common/log/log.hpp"

namespace cdckit::cli {

StatsThread::StatsThread(const metrics::Registry& registry, std::chrono::milliseconds interval)
    : StatsThread(interval, [&registry] { log::stats(registry.json(), registry.summary()); }) {}

StatsThread::StatsThread(std::chrono::milliseconds interval, std::function<void()> work)
    : work_(std::move(work)) {
  if (interval.count() > 0) thread_ = std::thread([this, interval] { run(interval); });
}

StatsThread::~StatsThread() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StatsThread::run(std::chrono::milliseconds interval) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval, [&] { return stop_; })) work_();
}

}  // namespace cdckit::cli
