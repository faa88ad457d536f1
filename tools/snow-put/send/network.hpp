// The network thread: sends what the channel machines wish, asks how far their pipes are, hands
// news back. The caller is one thread; what the network thread throws comes out of its next take().
#pragma once

#include "common/http/multi_client.hpp"
#include "common/snow/streaming_request.hpp"
#include "common/snow/streaming_session.hpp"
#include "tools/snow-put/channel/channel_machine.hpp"
#include "tools/snow-put/channel/pacer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cdckit::snow_put {

using ChannelId = std::size_t;

struct Committed {
  ChannelId channel = 0;
  Settled settled;
};

struct OpenedState {
  ChannelId channel = 0;
  snow::ChannelStatus status;
};

struct News {
  std::vector<OpenedState> opened;
  std::vector<Committed> committed;
};

struct NetworkSettings {
  snow::ConnectionSettings connection;
  snow::StreamingOptions streaming;
  std::uint64_t max_rate = 20'000'000;  // bytes a second and channel; 0: no limits
  std::chrono::milliseconds poll_every{500};
  std::size_t capacity = 32U << 20U;  // bytes of batches that are not committed
  int wake_fd = -1;                   // eventfd, written when there is something to take
};

class Network {
 public:
  // Signs in before it returns, so that a wrong login shows at once.
  explicit Network(NetworkSettings settings);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network();

  // Answered by News::opened.
  void open(ChannelId id, const snow::PipeAddress& pipe, const std::string& name);
  // Opens it anew when all of it is committed; answered by News::opened.
  void reopen(ChannelId id);
  void append(ChannelId id, BatchPointer batch);
  void release(ChannelId id);
  void forget(ChannelId id);
  // Nothing more comes before what is on its way is settled: how far the service is, is asked more
  // often.
  void hurry(bool yes) noexcept;
  // False while more than the capacity is not committed.
  [[nodiscard]] bool has_room(std::size_t weight);
  // Throws what ended the thread, once everything before it was taken.
  News take();
  // Cheap enough to ask for every line.
  [[nodiscard]] bool has_news() const noexcept { return news_.load(std::memory_order_acquire); }
  // Channels that were opened again because something broke.
  [[nodiscard]] std::uint64_t reopenings() const noexcept { return reopenings_; }

 private:
  class Loop;
  using Command = std::function<void(Loop&)>;
  void push(Command command);
  [[nodiscard]] std::chrono::milliseconds poll_every() const noexcept;
  std::vector<Command> take_commands();
  void deliver(News news, std::size_t freed);
  void notify();
  void run() noexcept;

  NetworkSettings settings_;
  std::unique_ptr<http::MultiClient> client_;
  std::unique_ptr<snow::StreamingSession> session_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  News waiting_;
  std::size_t weight_ = 0;
  std::exception_ptr failure_;
  std::atomic<bool> closing_{false};
  std::atomic<bool> news_{false};
  std::atomic<bool> hurried_{false};
  std::atomic<std::uint64_t> reopenings_{0};
  std::thread thread_;
};

}  // namespace cdckit::snow_put
