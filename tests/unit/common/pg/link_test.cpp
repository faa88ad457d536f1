#include "common/pg/link.hpp"

#include "common/io/file_descriptor.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

struct Pair {
  io::FileDescriptor client;
  io::FileDescriptor server;
};

template <class Address>
Pair connected(Address address) {
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const int family = generic->sa_family;
  io::FileDescriptor listener(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(listener.get(), generic, size) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  REQUIRE(::getsockname(listener.get(), generic, &size) == 0);
  Pair pair{io::FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)), {}};
  REQUIRE(::connect(pair.client.get(), generic, size) == 0);
  pair.server = io::FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return pair;
}

sockaddr_in loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int receive_buffer(int socket) {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  REQUIRE(::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0);
  return bytes;
}

}  // namespace

TEST_CASE("the same address at both ends is this host") {
  const Pair four = connected(loopback());
  CHECK(pg::link_of(four.client.get()) == pg::Link::same_host);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_any;  // both families: the client below comes as ::ffff:127.0.0.1
  io::FileDescriptor probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe.is_open()) return;  // a kernel without IPv6
  const Pair six = connected(address);
  CHECK(pg::link_of(six.client.get()) == pg::Link::same_host);
}

TEST_CASE("a socket file is one, and what is no connection counts as network") {
  int ends[2] = {-1, -1};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const io::FileDescriptor one(ends[0]);
  const io::FileDescriptor other(ends[1]);
  CHECK(pg::link_of(one.get()) == pg::Link::unix_socket);
  CHECK(pg::link_of(-1) == pg::Link::network);
}

TEST_CASE("a small window holds what is sent behind it, and loses nothing") {
  const Pair pair = connected(loopback());
  pg::keep_window_small(pair.client.get());
  CHECK(receive_buffer(pair.client.get()) <= 2 * (64 << 10));
  const std::string sent(1U << 20U, 'x');
  std::size_t put = 0;
  std::size_t got = 0;
  std::string piece(sent.size(), '\0');
  while (got < sent.size()) {
    const ssize_t written = ::send(
        pair.server.get(), sent.data() + put, sent.size() - put, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written > 0) put += static_cast<std::size_t>(written);
    const ssize_t count = ::recv(pair.client.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (count > 0) got += static_cast<std::size_t>(count);
  }
  CHECK(put == sent.size());
}
