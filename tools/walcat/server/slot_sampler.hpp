// How far the slot is behind and how much WAL it keeps, as metrics: asked every ten seconds by a
// thread of its own over a connection of its own, so that the stream never waits for it. A server
// that is away only means that the values stay; nothing is thrown. Ends within about a second.
#pragma once

#include "common/metrics/metrics.hpp"
#include "common/pg/connection.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace cdckit::walcat {

class SlotSampler {
 public:
  SlotSampler(pg::ConnectOptions options, std::string slot, metrics::Registry& registry);
  SlotSampler(const SlotSampler&) = delete;
  SlotSampler& operator=(const SlotSampler&) = delete;
  ~SlotSampler();

 private:
  void run();
  void sample();
  bool stopping();
  bool wait(std::chrono::milliseconds pause);

  pg::ConnectOptions options_;
  std::string slot_;
  metrics::Registry& registry_;
  metrics::Gauge& lag_;
  metrics::Gauge& retained_;
  std::unique_ptr<pg::Connection> connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace cdckit::walcat
