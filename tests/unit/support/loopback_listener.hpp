// A port of this host that takes connections for as long as the object lives.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace cdckit::tests {

class LoopbackListener {
 public:
  LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), generic, size) != 0 || ::listen(socket_.get(), 16) != 0 ||
        ::getsockname(socket_.get(), generic, &size) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] int port() const noexcept { return port_; }
  // The next connection, which belongs to the caller; -1: shut down.
  [[nodiscard]] int accept() const noexcept {
    return ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
  }
  // Whoever waits in accept() is told.
  void shut() const noexcept { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  io::FileDescriptor socket_;
  int port_ = 0;
};

}  // namespace cdckit::tests
