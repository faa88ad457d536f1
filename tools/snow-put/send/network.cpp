#include "tools/snow-put/send/network.hpp"

#include "tools/snow-put/channel/split.hpp"
#include "tools/snow-put/send/network_loop.hpp"

#include <algorithm>
#include <cstdint>
#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {
namespace {

constexpr std::chrono::milliseconds kHurriedPoll{50};

}  // namespace

Network::Network(NetworkSettings settings)
    : settings_(std::move(settings)),
      client_(std::make_unique<http::MultiClient>(
          http::ClientOptions{.user_agent = settings_.streaming.user_agent,
                              .ca_file = settings_.connection.ca_file,
                              .allow_http = settings_.streaming.allow_http})),
      session_(
          std::make_unique<snow::StreamingSession>(settings_.connection, settings_.streaming)) {
  session_->connect();
  thread_ = std::thread([this] { run(); });
}

Network::~Network() {
  closing_ = true;
  client_->wake();
  thread_.join();
}

void Network::notify() {
  news_.store(true, std::memory_order_release);
  if (settings_.wake_fd < 0) return;
  const std::uint64_t one = 1;
  // An eventfd only refuses when it is readable already, which is what we want.
  (void)!::write(settings_.wake_fd, &one, sizeof one);
}

void Network::push(Command command) {
  {
    const std::scoped_lock lock(mutex_);
    commands_.push_back(std::move(command));
  }
  client_->wake();
}

std::vector<Network::Command> Network::take_commands() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(commands_, {});
}

void Network::open(ChannelId id, const snow::PipeAddress& pipe, const std::string& name) {
  push([id, pipe, name](Loop& loop) { loop.open(id, pipe, name); });
}

void Network::reopen(ChannelId id) {
  push([id](Loop& loop) { loop.reopen(id); });
}

void Network::append(ChannelId id, BatchPointer batch) {
  const std::size_t weight = batch->weight();
  // std::function wants something that can be copied
  const auto shared = std::make_shared<BatchPointer>(std::move(batch));
  {
    const std::scoped_lock lock(mutex_);
    weight_ += weight;
  }
  push([this, id, weight, shared](Loop& loop) {
    if ((*shared)->frame.empty()) compress(**shared);
    {
      const std::scoped_lock lock(mutex_);
      weight_ = weight_ - weight + (*shared)->weight();
    }
    loop.append(id, std::move(*shared));
  });
}

void Network::release(ChannelId id) {
  push([id](Loop& loop) { loop.release(id); });
}

void Network::forget(ChannelId id) {
  push([id](Loop& loop) { loop.forget(id); });
}

void Network::hurry(bool yes) noexcept {
  if (hurried_.exchange(yes) != yes) client_->wake();
}

std::chrono::milliseconds Network::poll_every() const noexcept {
  return hurried_ ? std::min(settings_.poll_every, kHurriedPoll) : settings_.poll_every;
}

bool Network::has_room(std::size_t weight) {
  const std::scoped_lock lock(mutex_);
  return failure_ != nullptr || weight_ == 0 || weight_ + weight <= settings_.capacity;
}

News Network::take() {
  const std::scoped_lock lock(mutex_);
  news_.store(failure_ != nullptr, std::memory_order_release);
  if (failure_ && waiting_.opened.empty() && waiting_.committed.empty())
    std::rethrow_exception(failure_);
  return std::exchange(waiting_, {});
}

void Network::deliver(News news, std::size_t freed) {
  {
    const std::scoped_lock lock(mutex_);
    weight_ -= std::min(freed, weight_);
    for (OpenedState& opened : news.opened) waiting_.opened.push_back(std::move(opened));
    for (Committed& group : news.committed) waiting_.committed.push_back(std::move(group));
  }
  notify();
}

void Network::run() noexcept {
  try {
    Loop loop(*this, *client_, *session_);
    while (!closing_) {
      for (Command& command : take_commands()) command(loop);
      loop.step();
    }
  } catch (...) {
    {
      const std::scoped_lock lock(mutex_);
      failure_ = std::current_exception();
    }
    notify();
  }
}

}  // namespace cdckit::snow_put
