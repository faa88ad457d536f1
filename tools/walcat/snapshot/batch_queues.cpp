#include "tools/walcat/snapshot/batch_queues.hpp"

#include "common/base/error.hpp"

#include <cerrno>
#include <sys/eventfd.h>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kSpares = 16;
constexpr std::size_t kLargest = 1U << 20U;  // a batch that one wide row has blown up is let go

}  // namespace

BatchQueues::BatchQueues(std::size_t jobs, std::size_t capacity_bytes)
    : queues_(jobs),
      capacity_(capacity_bytes),
      closed_event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!closed_event_.is_open()) {
    throw base::system_error(base::ErrorKind::io, "could not make an event descriptor", errno);
  }
}

bool BatchQueues::push(std::size_t job, Batch batch) {
  std::unique_lock lock(mutex_);
  Queue& queue = queues_[job];
  const auto bytes = batch.lines.size();
  room_.wait(lock, [&] { return closed_ || queue.bytes == 0 || queue.bytes + bytes <= capacity_; });
  if (closed_) return false;
  queue.bytes += bytes;
  queue.batches.push_back(std::move(batch));
  news_.notify_one();
  return true;
}

Batch BatchQueues::spare() {
  const std::scoped_lock lock(mutex_);
  if (spares_.empty()) return {};
  Batch batch = std::move(spares_.back());
  spares_.pop_back();
  return batch;
}

void BatchQueues::fail(std::exception_ptr failure) {
  const std::scoped_lock lock(mutex_);
  if (!failure_) failure_ = std::move(failure);
  news_.notify_one();
}

bool BatchQueues::take(std::size_t table, Batch& batch) {
  for (Queue& queue : queues_) {
    if (queue.batches.empty() || queue.batches.front().table != table) continue;
    batch = std::move(queue.batches.front());
    queue.batches.pop_front();
    queue.bytes -= batch.lines.size();
    room_.notify_all();
    return true;
  }
  return false;
}

bool BatchQueues::next(std::size_t table, Batch& batch, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  bool taken = false;
  news_.wait_for(lock, wait, [&] { return failure_ != nullptr || (taken = take(table, batch)); });
  if (failure_) std::rethrow_exception(failure_);
  return taken;
}

void BatchQueues::give_back(Batch batch) {
  if (batch.lines.capacity() > kLargest) return;
  batch.lines.clear();
  batch.starts.clear();
  batch.part_ends = false;
  const std::scoped_lock lock(mutex_);
  if (spares_.size() < kSpares) spares_.push_back(std::move(batch));
}

void BatchQueues::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  room_.notify_all();
  (void)eventfd_write(closed_event_.get(), 1);
}

}  // namespace cdckit::walcat
