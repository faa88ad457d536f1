#include "tools/snow-put/uploader.hpp"

#include <future>
#include <optional>
#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {

using std::chrono::steady_clock;

Uploader::Uploader(std::unique_ptr<Transport> transport, UploaderSettings settings)
    : transport_(std::move(transport)), settings_(settings), thread_([this] { run(); }) {}

Uploader::~Uploader() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  transport_->cancel();
  changed_.notify_all();
  thread_.join();
}

void Uploader::notify() {
  news_.store(true, std::memory_order_release);
  changed_.notify_all();
  if (settings_.wake_fd < 0) return;
  const std::uint64_t one = 1;
  // An eventfd only refuses when it is readable already, which is what we want.
  (void)!::write(settings_.wake_fd, &one, sizeof one);
}

void Uploader::rethrow() {
  if (failure_) std::rethrow_exception(failure_);
}

void Uploader::push(Task task) {
  const std::scoped_lock lock(mutex_);
  rethrow();
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

snow::ChannelStatus Uploader::open(ChannelId id,
                                   const snow::PipeAddress& pipe,
                                   const std::string& name) {
  std::promise<snow::ChannelStatus> promise;
  auto answer = promise.get_future();
  push([&](Sender& sender) {
    try {
      promise.set_value(sender.open(id, pipe, name));
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  // Earlier work of the queue may end the thread before this task is reached.
  while (answer.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    const std::scoped_lock lock(mutex_);
    rethrow();
  }
  return answer.get();
}

void Uploader::append(ChannelId id, BatchPointer batch) {
  const std::size_t weight = batch->weight();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [&] { return failure_ || weight_ == 0 || weight_ + weight <= settings_.capacity; });
    rethrow();
    weight_ += weight;
  }
  // std::function wants something that can be copied.
  auto shared = std::make_shared<BatchPointer>(std::move(batch));
  push([this, id, weight, shared](Sender& sender) {
    Batch* raw = shared->get();
    sender.append(id, std::move(*shared));
    adjust_weight(weight, raw->weight());
  });
}

void Uploader::adjust_weight(std::size_t remove, std::size_t add) {
  const std::scoped_lock lock(mutex_);
  weight_ -= remove;
  weight_ += add;
  changed_.notify_all();
}

void Uploader::release(ChannelId id) {
  push([id](Sender& sender) { sender.release(id); });
}

void Uploader::forget(ChannelId id) {
  push([id](Sender& sender) { sender.forget(id); });
}

std::vector<Committed> Uploader::take() {
  const std::scoped_lock lock(mutex_);
  news_.store(false, std::memory_order_release);
  // What was committed before the failure still counts.
  if (committed_.empty()) rethrow();
  if (failure_) news_.store(true, std::memory_order_release);
  return std::exchange(committed_, {});
}

std::optional<Uploader::Task> Uploader::next_task(bool uncommitted,
                                                  steady_clock::time_point next_poll) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return closing_ || !tasks_.empty(); };
  if (uncommitted) {
    changed_.wait_until(lock, next_poll, ready);
  } else {
    changed_.wait(lock, ready);
  }
  if (closing_ || tasks_.empty()) return std::nullopt;
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

void Uploader::finish_poll(Sender& sender) {
  std::vector<Committed> committed = sender.poll();
  if (committed.empty()) return;
  std::size_t freed = 0;
  for (const Committed& group : committed) {
    for (const BatchPointer& batch : group.batches) freed += batch->weight();
  }
  {
    const std::scoped_lock lock(mutex_);
    weight_ -= freed;
    for (Committed& group : committed) committed_.push_back(std::move(group));
  }
  notify();
}

void Uploader::work(Sender& sender) {
  auto next_poll = steady_clock::now() + settings_.poll_every;
  bool uncommitted = false;
  for (;;) {
    if (auto task = next_task(uncommitted, next_poll)) (*task)(sender);
    {
      const std::scoped_lock lock(mutex_);
      if (closing_) return;
    }
    const bool was_uncommitted = std::exchange(uncommitted, sender.has_uncommitted());
    if (!uncommitted) continue;
    const auto now = steady_clock::now();
    if (!was_uncommitted) next_poll = now + settings_.poll_every;
    if (now < next_poll) continue;
    finish_poll(sender);
    uncommitted = sender.has_uncommitted();
    next_poll = steady_clock::now() + settings_.poll_every;
  }
}

void Uploader::run() {
  try {
    Sender sender(*transport_, settings_.commit_patience);
    work(sender);
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
  if (failure_) notify();
}

}  // namespace cdckit::snow_put
