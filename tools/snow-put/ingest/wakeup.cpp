#include "tools/snow-put/ingest/wakeup.hpp"

#include "common/base/error.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (fd >= 0 && ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    throw base::system_error(base::ErrorKind::io, "could not watch a descriptor", errno);
  }
}

}  // namespace

Wakeup::Wakeup(signals::StopToken stop)
    : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), both_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!event_.is_open() || !both_.is_open()) {
    throw base::system_error(base::ErrorKind::io, "could not create an eventfd", errno);
  }
  watch(both_.get(), event_.get());
  watch(both_.get(), stop.fd());
}

void Wakeup::clear() const {
  std::uint64_t count = 0;
  (void)!::read(event_.get(), &count, sizeof count);
}

void Wakeup::wait(std::chrono::milliseconds limit) const {
  io::wait_readable({event_.get()}, limit);
}

}  // namespace cdckit::snow_put
