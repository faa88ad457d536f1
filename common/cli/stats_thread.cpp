#include "common/cli/stats_thread.hpp"

#include "common/log/log.hpp"

namespace cdckit::cli {

StatsThread::StatsThread(const metrics::Registry& registry, std::chrono::milliseconds interval) {
  if (interval.count() > 0)
    thread_ = std::thread([this, &registry, interval] { run(registry, interval); });
}

StatsThread::~StatsThread() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StatsThread::run(const metrics::Registry& registry, std::chrono::milliseconds interval) {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval, [&] { return stop_; })) {
    log::stats(registry.json(), registry.summary());
  }
}

}  // namespace cdckit::cli
