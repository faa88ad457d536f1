#include "common/pg/link.hpp"

#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace cdckit::pg {
namespace {

// A loopback segment is 64 KiB: with less room the sender waits for timers.
constexpr int kWindow = 64 << 10;

template <class Address, class Host>
bool same(const sockaddr_storage& one, const sockaddr_storage& other, Host Address::* host) {
  Address first{};
  Address second{};
  std::memcpy(&first, &one, sizeof first);
  std::memcpy(&second, &other, sizeof second);
  return std::memcmp(&(first.*host), &(second.*host), sizeof(Host)) == 0;
}

}  // namespace

Link link_of(int socket) noexcept {
  sockaddr_storage here{};
  sockaddr_storage there{};
  socklen_t here_size = sizeof here;
  socklen_t there_size = sizeof there;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0)
    return Link::network;
  if (there.ss_family == AF_UNIX) return Link::unix_socket;
  const bool same_host =
      (there.ss_family == AF_INET && same(here, there, &sockaddr_in::sin_addr)) ||
      (there.ss_family == AF_INET6 && same(here, there, &sockaddr_in6::sin6_addr));
  return same_host ? Link::same_host : Link::network;
}

void keep_window_small(int socket) noexcept {
  (void)::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kWindow, sizeof kWindow);
}

}  // namespace cdckit::pg
