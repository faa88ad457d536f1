#include "tools/snow-put/target/sql_owner.hpp"

#include "common/io/file_descriptor.hpp"
#include "common/signals/stop.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace cdckit::snow_put {
namespace {

constexpr std::size_t kThreads = 4;

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (fd >= 0 && ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    throw base::system_error(base::ErrorKind::io, "could not watch a descriptor", errno);
}

}  // namespace

// The process is asked to stop, or the owner goes.
class SqlOwner::Stop final : public signals::StopSource {
 public:
  explicit Stop(signals::StopToken process)
      : process_(process),
        event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        both_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!event_.is_open() || !both_.is_open())
      throw base::system_error(base::ErrorKind::io, "could not create an eventfd", errno);
    watch(both_.get(), event_.get());
    watch(both_.get(), process_.fd());
  }
  [[nodiscard]] bool stop_requested() const noexcept override {
    return going_.load(std::memory_order_acquire) || process_.stop_requested();
  }
  [[nodiscard]] int fd() const noexcept override { return both_.get(); }
  void go() noexcept {
    going_.store(true, std::memory_order_release);
    const std::uint64_t one = 1;
    (void)!::write(event_.get(), &one, sizeof one);
  }

 private:
  signals::StopToken process_;
  io::FileDescriptor event_;
  io::FileDescriptor both_;
  std::atomic<bool> going_{false};
};

SqlOwner::SqlOwner(snow::ConnectionSettings connection, snow::SqlApiOptions options, int wake_fd)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      stop_(std::make_unique<Stop>(options_.stop)),
      wake_fd_(wake_fd) {
  options_.stop = signals::StopToken(*stop_);
}

SqlOwner::~SqlOwner() {
  stop_->go();
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// Threads are started as there is work for them.
void SqlOwner::submit(Work work) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back(std::move(work));
  if (threads_.size() < kThreads) threads_.emplace_back([this] { run(); });
  changed_.notify_one();
}

std::vector<SqlOwner::Done> SqlOwner::take() {
  const std::scoped_lock lock(mutex_);
  news_.store(failure_ != nullptr, std::memory_order_release);
  if (failure_ && done_.empty()) std::rethrow_exception(failure_);
  return std::exchange(done_, {});
}

void SqlOwner::finish(Done done, std::exception_ptr failure) {
  {
    const std::scoped_lock lock(mutex_);
    if (done) done_.push_back(std::move(done));
    if (failure && !failure_) failure_ = std::move(failure);
  }
  news_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  if (wake_fd_ >= 0) (void)!::write(wake_fd_, &one, sizeof one);
}

void SqlOwner::run() {
  std::optional<snow::SqlApi> api;
  for (;;) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      if (closing_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      if (!api) api.emplace(connection_, options_);
      finish(work(*api), nullptr);
    } catch (...) {
      finish({}, std::current_exception());
    }
  }
}

}  // namespace cdckit::snow_put
