#include "common/io/output_thread.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace cdckit::io {

using base::ErrorKind;

namespace {

constexpr std::size_t kSpareBuffers = 4;

// close() reports late write errors, dup2() would swallow them.
void close_stream(int fd) {
  const FileDescriptor null(fd <= STDERR_FILENO ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : -1);
  const int last = null.is_open() ? ::dup(fd) : fd;
  if (null.is_open() && (last < 0 || ::dup2(null.get(), fd) < 0)) {
    throw base::system_error(ErrorKind::io, "could not close \"stdout\"", errno);
  }
  if (::close(last) != 0)
    throw base::system_error(ErrorKind::io, "could not close \"stdout\"", errno);
}

}  // namespace

struct OutputThread::Shared {
  // A pipe whose reading end the owner polls.
  struct Wake {
    FileDescriptor read;
    FileDescriptor write;
    bool pending = false;  // a byte waits in it
  };

  Shared(int stream, std::size_t limit) : fd(stream), capacity(limit) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
      throw base::system_error(ErrorKind::io, "could not create a pipe", errno);
    }
    wake.read = FileDescriptor(pipe[0]);
    wake.write = FileDescriptor(pipe[1]);
    if (!work.is_open())
      throw base::system_error(ErrorKind::io, "could not create an eventfd", errno);
  }

  void run();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void look_at_reader();
  void write_batches(std::unique_lock<std::mutex>& lock);
  void notify();
  void wake_thread();

  const int fd;
  const std::size_t capacity;
  Wake wake;
  FileDescriptor work{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};  // the idle thread waits for it
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> queue;    // submitted
  std::vector<std::string> batches;  // taken by the thread
  std::vector<std::string> spare;    // emptied, kept for their capacity
  std::size_t queued_bytes = 0;
  bool idle = false;     // the thread waits for work
  bool writing = false;  // inside write(), without the mutex
  bool stop = false;
  bool abandoned = false;  // nobody waits for the rest
  bool closed = false;
  std::exception_ptr failure;
};

// The mutex is held.
void OutputThread::Shared::notify() {
  changed.notify_all();
  if (wake.pending) return;
  wake.pending = true;
  (void)!::write(wake.write.get(), "x", 1);
}

// The mutex is held. What was submitted, or the end, is there already.
void OutputThread::Shared::wake_thread() {
  if (!idle) return;
  idle = false;
  (void)eventfd_write(work.get(), 1);
}

// Until there is something to write, or the reader goes: without a look at the clock, so that an
// idle process costs nothing.
void OutputThread::Shared::wait_for_work(std::unique_lock<std::mutex>& lock) {
  idle = true;
  // no events are asked for: errors and hang-ups are told in any case
  std::array<pollfd, 2> polls{{{work.get(), POLLIN, 0}, {failure == nullptr ? fd : -1, 0, 0}}};
  lock.unlock();
  (void)::poll(polls.data(), polls.size(), -1);
  lock.lock();
  idle = false;
  eventfd_t count{};
  (void)eventfd_read(work.get(), &count);
  if (queue.empty() && !stop) look_at_reader();
}

void OutputThread::Shared::look_at_reader() {
  if (failure != nullptr || !io::reader_is_gone(fd)) return;
  failure = std::make_exception_ptr(
      base::Error(ErrorKind::output_closed, "could not write \"stdout\": its reader is gone"));
  notify();
}

void OutputThread::Shared::write_batches(std::unique_lock<std::mutex>& lock) {
  for (std::string& batch : batches) {
    const std::size_t size = batch.size();
    if (failure == nullptr && !abandoned) {
      std::exception_ptr thrown;
      writing = true;
      lock.unlock();
      try {
        write_all(fd, batch, "stdout");
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      writing = false;
      if (thrown != nullptr) failure = thrown;
    }
    const bool was_full = queued_bytes >= capacity;
    queued_bytes -= size;
    batch.clear();
    if (spare.size() < kSpareBuffers) spare.push_back(std::move(batch));
    if (queued_bytes == 0 || failure != nullptr || (was_full && queued_bytes < capacity)) notify();
  }
  batches.clear();
}

void OutputThread::Shared::run() {
  std::unique_lock lock(mutex);
  while (!stop || !queue.empty()) {
    if (queue.empty()) {
      wait_for_work(lock);
      continue;
    }
    batches.swap(queue);
    write_batches(lock);
  }
}

OutputThread::OutputThread(int fd, std::size_t capacity_bytes)
    : probe_(fd),
      shared_(std::make_shared<Shared>(fd, capacity_bytes)),
      thread_([shared = shared_] { shared->run(); }) {}

OutputThread::~OutputThread() {
  bool stuck = false;
  {
    const std::scoped_lock lock(shared_->mutex);
    shared_->stop = true;
    shared_->abandoned = true;
    shared_->queue.clear();
    shared_->wake_thread();
    stuck = shared_->writing;
  }
  if (!thread_.joinable()) return;
  // a write() to a full pipe cannot be woken; the process is ending anyway
  if (stuck) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

int OutputThread::wake_fd() const noexcept {
  return shared_->wake.read.get();
}

void OutputThread::submit() {
  const std::scoped_lock lock(shared_->mutex);
  rethrow();
  if (current_.empty()) return;
  shared_->queued_bytes += current_.size();
  shared_->queue.push_back(std::move(current_));
  current_ = std::string();
  if (!shared_->spare.empty()) {
    current_ = std::move(shared_->spare.back());
    shared_->spare.pop_back();
  }
  shared_->wake_thread();
}

bool OutputThread::full() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->queued_bytes >= shared_->capacity;
}

std::size_t OutputThread::pending_bytes() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->queued_bytes;
}

bool OutputThread::drained() const {
  return pending_bytes() == 0;
}

bool OutputThread::failed() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->failure != nullptr;
}

void OutputThread::clear_wake() {
  const std::scoped_lock lock(shared_->mutex);
  if (!shared_->wake.pending) return;
  shared_->wake.pending = false;
  std::array<char, 64> bytes{};
  (void)!::read(shared_->wake.read.get(), bytes.data(), bytes.size());
}

bool OutputThread::wait_drained(std::chrono::milliseconds limit) {
  std::unique_lock lock(shared_->mutex);
  const bool done = shared_->changed.wait_for(
      lock, limit, [&] { return shared_->queued_bytes == 0 || shared_->failure != nullptr; });
  rethrow();
  return done;
}

void OutputThread::close() {
  if (shared_->closed) return;
  submit();
  {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait(
        lock, [&] { return shared_->queued_bytes == 0 || shared_->failure != nullptr; });
    shared_->stop = true;
    shared_->closed = true;
    shared_->wake_thread();
  }
  if (thread_.joinable()) thread_.join();
  rethrow();
  close_stream(shared_->fd);
}

// The mutex is held, or the thread has ended.
void OutputThread::rethrow() const {
  if (shared_->failure != nullptr) std::rethrow_exception(shared_->failure);
}

}  // namespace cdckit::io
