// A tiny HTTP server inside the test process: what it answers is the test's own function from the
// raw request to the raw response, so that broken answers can be made too. Each connection has a
// thread and stays open until the answer says `Connection: close`.
#pragma once

#include "tests/unit/support/loopback_listener.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cdckit::http {

class LoopbackServer {
 public:
  using Handler = std::function<std::string(const std::string& request)>;

  explicit LoopbackServer(Handler handler)
      : handler_(std::move(handler)), acceptor_([this] { accept_all(); }) {}

  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  ~LoopbackServer() {
    stopping_ = true;
    listener_.shut();
    acceptor_.join();
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int socket : sockets_) ::close(socket);
  }

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port()) + path;
  }
  [[nodiscard]] int port() const { return listener_.port(); }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

  static std::string answer(const std::string& status,
                            const std::string& body,
                            const std::string& headers = "") {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
  }

 private:
  void accept_all() {
    while (!stopping_) {
      const int socket = listener_.accept();
      if (socket < 0) continue;
      ++connections_;
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    std::string request;
    while (read_request(socket, request)) {
      {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(request);
      }
      const std::string response = handler_(request);
      (void)::send(socket, response.data(), response.size(), MSG_NOSIGNAL);
      if (response.find("Connection: close") != std::string::npos) break;
    }
    ::shutdown(socket, SHUT_RDWR);
  }

  static bool read_request(int socket, std::string& request) {
    request.clear();
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      char buffer[65536];
      const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      request.append(buffer, static_cast<std::size_t>(count));
      const std::size_t end = request.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      wanted = end + 4;
      if (length < end) wanted += std::stoul(request.substr(length + 16));
    }
    return true;
  }

  Handler handler_;
  cdckit::tests::LoopbackListener listener_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> sockets_;  // touched by the acceptor, and by the destructor after it joined
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace cdckit::http
