// Owns one file descriptor, and the few system calls on descriptors that all rooms share. Every
// call survives EINTR; failures throw base::Error (EPIPE as output_closed).
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace cdckit::io {

class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

// 0 means end of file. `source` names the file in errors.
std::size_t read_some(int fd, std::span<char> into, std::string_view source);
void write_all(int fd, std::string_view bytes, std::string_view target);

// Which of the descriptors became readable (bit i for the i-th; negative ones are ignored) before
// `wait` was over; 0 on timeout, and when a signal came. Hang-up counts as readable. A negative
// wait is forever.
unsigned wait_readable(std::initializer_list<int> fds, std::chrono::milliseconds wait);

// True when the reading end of this pipe or socket is gone; never blocks.
bool reader_is_gone(int fd) noexcept;

bool is_terminal(int fd) noexcept;

// A process started with closed standard streams must not get them as its first sockets.
void ensure_standard_streams();

std::string read_file(const std::string& path);

}  // namespace cdckit::io
