#include "common/io/output_thread.hpp"

#include "common/base/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cdckit::io {

using base::ErrorKind;

namespace {
// While idle the thread looks this often whether the reader is gone.
constexpr std::chrono::milliseconds kIdleLook{100};
}  // namespace

OutputThread::OutputThread(int fd, std::size_t capacity_bytes) : fd_(fd), capacity_(capacity_bytes) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw base::system_error(ErrorKind::io, "could not create a pipe", errno);
  }
  wake_read_ = FileDescriptor(pipe[0]);
  wake_write_ = FileDescriptor(pipe[1]);
  thread_ = std::thread([this] { run(); });
}

OutputThread::~OutputThread() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
    queue_.clear();
    changed_.notify_all();
  }
  // a writer stuck in write() to a full pipe cannot be woken; the process is ending anyway
  if (thread_.joinable()) {
    if (writing_ && !closed_) {
      thread_.detach();
    } else {
      thread_.join();
    }
  }
}

void OutputThread::submit() {
  const std::scoped_lock lock(mutex_);
  rethrow();
  if (current_.empty()) return;
  queued_bytes_ += current_.size();
  queue_.push_back(std::move(current_));
  current_ = std::string();
  if (!spare_.empty()) {
    current_ = std::move(spare_.back());
    spare_.pop_back();
  }
  changed_.notify_all();
}

bool OutputThread::full() const {
  const std::scoped_lock lock(mutex_);
  return queued_bytes_ >= capacity_;
}

std::size_t OutputThread::pending_bytes() const {
  const std::scoped_lock lock(mutex_);
  return queued_bytes_;
}

bool OutputThread::drained() const {
  const std::scoped_lock lock(mutex_);
  return queued_bytes_ == 0;
}

bool OutputThread::failed() const {
  const std::scoped_lock lock(mutex_);
  return failure_ != nullptr;
}

void OutputThread::clear_wake() {
  std::array<char, 64> bytes{};
  while (::read(wake_read_.get(), bytes.data(), bytes.size()) > 0) {
  }
}

bool OutputThread::wait_drained(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const bool done = changed_.wait_for(lock, limit, [&] { return queued_bytes_ == 0 || failure_ != nullptr; });
  rethrow();
  return done;
}

void OutputThread::close() {
  submit();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return queued_bytes_ == 0 || failure_ != nullptr; });
    stop_ = true;
    closed_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  const int result = ::close(fd_);
  rethrow();
  if (result != 0) throw base::system_error(ErrorKind::io, "could not close \"stdout\"", errno);
}

void OutputThread::rethrow() const {
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

void OutputThread::notify() {
  changed_.notify_all();
  // a full pipe already holds a wake-up
  (void)!::write(wake_write_.get(), "x", 1);
}

void OutputThread::write_batch(const std::string& batch) {
  try {
    write_all(fd_, batch, "stdout");
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
}

void OutputThread::run() {
  std::vector<std::string> batches;
  std::unique_lock lock(mutex_);
  while (!stop_ || !queue_.empty()) {
    if (queue_.empty()) {
      changed_.wait_for(lock, kIdleLook, [&] { return stop_ || !queue_.empty(); });
      if (queue_.empty() && !stop_ && failure_ == nullptr && reader_is_gone(fd_)) {
        failure_ = std::make_exception_ptr(
            base::Error(ErrorKind::output_closed, "could not write \"stdout\": its reader is gone"));
        notify();
      }
      continue;
    }
    batches.swap(queue_);
    for (std::string& batch : batches) {
      const std::size_t size = batch.size();
      writing_ = true;
      lock.unlock();
      if (failure_ == nullptr) write_batch(batch);
      batch.clear();
      lock.lock();
      writing_ = false;
      const bool was_full = queued_bytes_ >= capacity_;
      queued_bytes_ -= size;
      if (spare_.size() < 4) spare_.push_back(std::move(batch));
      if (queued_bytes_ == 0 || failure_ != nullptr || (was_full && queued_bytes_ < capacity_)) notify();
    }
    batches.clear();
  }
}

}  // namespace cdckit::io
