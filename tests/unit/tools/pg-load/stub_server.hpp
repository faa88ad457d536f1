// A server of the test's own that speaks PostgreSQL's protocol, for units that send statements: it
// notes each of them and answers as the test says. One connection at a time, on a thread of its
// own.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cdckit::pg_load::tests {

struct StubAnswer {
  std::vector<std::vector<std::string>> rows{};
  std::string tag = "OK";
  std::string sqlstate{};  // of a refusal
};

class StubServer {
 public:
  // Asked for each statement; for a COPY when all its data are there.
  using Handler = std::function<StubAnswer(const std::string& sql)>;

  explicit StubServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 4) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
  }
  StubServer(const StubServer&) = delete;
  StubServer& operator=(const StubServer&) = delete;
  ~StubServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string conninfo() const {
    return "host=127.0.0.1 user=u dbname=d sslmode=disable gssencmode=disable port=" +
           std::to_string(port_);
  }
  // What came since the last call, and forgets it.
  std::vector<std::string> take_statements() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(statements_, {});
  }
  // The bytes of the last COPY.
  std::string copied() {
    const std::scoped_lock lock(mutex_);
    return copied_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      socket_ = socket;
      serve();
      ::close(socket);
    }
  }

  bool read_exactly(std::size_t size) {
    in_.resize(size);
    for (std::size_t done = 0; done < size;) {
      const ssize_t count = ::recv(socket_, in_.data() + done, size - done, 0);
      if (count <= 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return true;
  }

  static std::uint32_t number_in(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char byte : bytes.substr(0, 4))
      number = number << 8U | static_cast<unsigned char>(byte);
    return number;
  }
  static std::string big_endian(std::uint32_t number, int bytes) {
    std::string out;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      out += static_cast<char>(number >> static_cast<unsigned>(shift));
    return out;
  }

  void say(char type, const std::string& body) {
    const std::string message =
        type + big_endian(static_cast<std::uint32_t>(body.size()) + 4, 4) + body;
    (void)::send(socket_, message.data(), message.size(), MSG_NOSIGNAL);
  }

  bool greet() {
    for (;;) {
      if (!read_exactly(4) || !read_exactly(number_in(in_) - 4)) return false;
      if (number_in(in_) == 196608) break;
      (void)::send(socket_, "N", 1, MSG_NOSIGNAL);
    }
    say('R', big_endian(0, 4));
    say('S',
        std::string("server_version\0"
                    "15.4\0",
                    20));
    say('S',
        std::string("client_encoding\0"
                    "UTF8\0",
                    21));
    say('S',
        std::string("standard_conforming_strings\0"
                    "on\0",
                    31));
    say('K', big_endian(1, 4) + big_endian(2, 4));
    ready();
    return true;
  }

  void ready() { say('Z', std::string(1, state_)); }

  void serve() {
    state_ = 'I';
    if (!greet()) return;
    std::string prepared;
    while (read_exactly(5)) {
      const char type = in_[0];
      if (!read_exactly(number_in(std::string_view(in_).substr(1)) - 4)) return;
      if (type == 'X') return;
      if (type == 'Q') take_query(in_.substr(0, in_.size() - 1));
      if (type == 'P') prepared = in_.substr(1, in_.find('\0', 1) - 1);
      if (type == 'd') data_ += in_;
      if (type == 'c' || type == 'f') end_copy(type == 'f');
      if (type == 'S') take_prepared(prepared);
    }
  }

  StubAnswer note(const std::string& sql) {
    {
      const std::scoped_lock lock(mutex_);
      statements_.push_back(sql);
    }
    if (sql.find("current_schemas(false)") != std::string::npos)
      return {.rows = {{"public", "{public}"}}};
    return handler_(sql);
  }

  void take_query(const std::string& sql) {
    if (sql.starts_with("COPY")) {
      copying_ = sql;
      data_.clear();
      say('G', std::string("\1\0\0", 3));
      return;
    }
    answer(note(sql));
    if (state_ != 'E' || sql.starts_with("ROLLBACK")) {
      if (sql.starts_with("BEGIN") || sql.starts_with("ROLLBACK TO")) state_ = 'T';
      if (sql.starts_with("COMMIT") || sql == "ROLLBACK") state_ = 'I';
    }
    ready();
  }

  void take_prepared(const std::string& sql) {
    say('1', "");
    say('2', "");
    answer(note(sql));
    ready();
  }

  void end_copy(bool failed) {
    {
      const std::scoped_lock lock(mutex_);
      copied_ = data_;
    }
    answer(failed ? StubAnswer{.sqlstate = "57014"} : note(std::exchange(copying_, {})));
    ready();
  }

  void answer(const StubAnswer& given) {
    if (!given.sqlstate.empty()) {
      const auto field = [](char type, const std::string& text) { return type + text + '\0'; };
      say('E',
          field('S', "ERROR") + field('V', "ERROR") + field('C', given.sqlstate) +
              field('M', "refused") + '\0');
      if (state_ == 'T') state_ = 'E';
      return;
    }
    if (!given.rows.empty()) {
      const auto width = static_cast<std::uint32_t>(given.rows.front().size());
      std::string description = big_endian(width, 2);
      for (std::uint32_t i = 0; i < width; ++i)
        description += std::string("c\0", 2) + big_endian(0, 6) + big_endian(25, 4) +
                       big_endian(0xffff, 2) + big_endian(0xffff'ffff, 4) + big_endian(0, 2);
      say('T', description);
      for (const auto& row : given.rows) {
        std::string body = big_endian(width, 2);
        for (const std::string& value : row)
          body += big_endian(static_cast<std::uint32_t>(value.size()), 4) + value;
        say('D', body);
      }
    }
    say('C', given.tag + '\0');
  }

  Handler handler_;
  int listener_ = -1;
  int socket_ = -1;
  int port_ = 0;
  char state_ = 'I';
  std::string in_;
  std::string data_;
  std::string copying_;
  std::mutex mutex_;
  std::vector<std::string> statements_;
  std::string copied_;
  std::thread thread_;
};

}  // namespace cdckit::pg_load::tests
