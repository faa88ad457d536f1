#include "common/io/file_descriptor.hpp"

#include "common/base/error.hpp"
#include "common/io/system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cdckit::io {

using base::ErrorKind;

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::reset() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

namespace {

// Somebody who shares the descriptor may have made it non-blocking.
bool waited_for(int fd, short events) noexcept {
  if (errno != EAGAIN) return false;
  pollfd poll{fd, events, 0};
  return ::poll(&poll, 1, -1) >= 0 || errno == EINTR;
}

}  // namespace

std::size_t read_some(int fd, std::span<char> into, std::string_view source) {
  for (;;) {
    const ssize_t count = ::read(fd, into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR || waited_for(fd, POLLIN)) continue;
    throw base::system_error(
        ErrorKind::io, "could not read \"" + std::string(source) + "\"", errno);
  }
}

void write_all(int fd, std::string_view bytes, std::string_view target) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR && !waited_for(fd, POLLOUT)) {
      throw base::system_error(
          ErrorKind::io, "could not write \"" + std::string(target) + "\"", errno);
    }
  }
}

unsigned wait_readable(std::initializer_list<int> fds, std::chrono::milliseconds wait) {
  std::array<pollfd, 8> polls{};
  std::size_t count = 0;
  for (const int fd : fds) polls.at(count++) = pollfd{fd, POLLIN, 0};
  const int limit =
      wait.count() < 0 ? -1 : static_cast<int>(std::min<std::int64_t>(wait.count(), 86'400'000));
  const int ready = ::poll(polls.data(), count, limit);
  if (ready < 0 && errno != EINTR)
    throw base::system_error(ErrorKind::io, "could not wait for input", errno);
  unsigned bits = 0;
  for (std::size_t i = 0; ready > 0 && i < count; ++i) {
    if (polls.at(i).revents != 0) bits |= 1U << i;
  }
  return bits;
}

bool reader_is_gone(int fd) noexcept {
  pollfd poll{fd, 0, 0};
  return ::poll(&poll, 1, 0) == 1 && (poll.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

bool is_terminal(int fd) noexcept {
  return ::isatty(fd) == 1;
}

void ensure_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // open() takes the lowest free number, which is this one
    if (::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) {
      throw base::Error(ErrorKind::io, "could not open \"/dev/null\" for a closed standard stream");
    }
  }
}

std::string read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open())
    throw base::system_error(ErrorKind::config, "could not open \"" + path + "\"", errno);
  return read_all(system(), file.get(), path);
}

}  // namespace cdckit::io
