#include "tools/kcat-cdc/wake_set.hpp"

#include "common/base/error.hpp"

#include <cerrno>
#include <sys/epoll.h>

namespace cdckit::kcat_cdc {

WakeSet::WakeSet(std::initializer_list<int> fds) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.is_open())
    throw base::system_error(base::ErrorKind::io, "could not create an epoll set", errno);
  for (const int fd : fds) {
    if (fd < 0) continue;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      throw base::system_error(base::ErrorKind::io, "could not watch a descriptor", errno);
    }
  }
}

}  // namespace cdckit::kcat_cdc
