// The network thread: gives a Sender its work in order, polls for commits twice a second while
// something is uncommitted, and hands results back. The caller is one thread; what the network
// thread throws comes out of the caller's next call.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "tools/snow-put/sender.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cdckit::snow_put {

struct UploaderSettings {
  std::chrono::milliseconds commit_patience{60'000};
  std::chrono::milliseconds poll_every{500};
  std::size_t capacity = 64U << 20U;  // bytes of batches that are not committed
  int wake_fd = -1;                   // eventfd, written when there is something to take
};

class Uploader {
 public:
  Uploader(std::unique_ptr<Transport> transport, UploaderSettings settings);
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;
  ~Uploader();

  // Waits for the service's answer.
  snow::ChannelStatus open(ChannelId id, const snow::PipeAddress& pipe, const std::string& name);
  // Waits while more than the capacity is uncommitted.
  void append(ChannelId id, BatchPointer batch);
  void release(ChannelId id);
  void forget(ChannelId id);
  std::vector<Committed> take();
  // Cheap enough to ask for every line.
  [[nodiscard]] bool has_news() const noexcept { return news_.load(std::memory_order_acquire); }

 private:
  using Task = std::function<void(Sender&)>;
  void run();
  void work(Sender& sender);
  void finish_poll(Sender& sender);
  void push(Task task);
  std::optional<Task> next_task(bool uncommitted, std::chrono::steady_clock::time_point next_poll);
  void adjust_weight(std::size_t remove, std::size_t add);
  void notify();
  void rethrow();

  std::unique_ptr<Transport> transport_;
  UploaderSettings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::vector<Committed> committed_;
  std::size_t weight_ = 0;
  std::exception_ptr failure_;
  bool closing_ = false;
  std::atomic<bool> news_{false};
  std::thread thread_;
};

}  // namespace cdckit::snow_put
