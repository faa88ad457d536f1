// Writes to an inherited descriptor (stdout) from a thread of its own, behind a bounded amount of
// bytes: the caller can go on talking to its server while the pipe is full, and learns when the
// reader is gone, also while idle. O_NONBLOCK is never set: the flag would be shared with others.
//
// One caller thread. The caller appends whole lines to buffer() and calls submit(); a line is only
// handed over whole. Failures surface as base::Error from submit(), wait_drained() and close().
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>

namespace cdckit::io {

class OutputThread {
 public:
  OutputThread(int fd, std::size_t capacity_bytes);
  OutputThread(const OutputThread&) = delete;
  OutputThread& operator=(const OutputThread&) = delete;
  // Without close() what was not yet written is dropped, never a part of a batch that was begun.
  ~OutputThread();

  // Where the next lines are put; its capacity is recycled, so appending does not allocate.
  std::string& buffer() noexcept { return current_; }
  // Hands buffer() over if it is not empty. Never blocks; the caller must respect full().
  void submit();
  // More than the capacity is waiting: stop producing until wake_fd() says otherwise.
  [[nodiscard]] bool full() const;
  [[nodiscard]] std::size_t pending_bytes() const;
  // Readable whenever the state changed (drained below capacity, drained wholly, failed, reader
  // gone); clear_wake() empties it.
  [[nodiscard]] int wake_fd() const noexcept;
  void clear_wake();
  // Everything submitted has been taken by the kernel. A pipe write is not an acknowledgement.
  [[nodiscard]] bool drained() const;
  // True once the reader is known to be gone or a write failed.
  [[nodiscard]] bool failed() const;
  bool wait_drained(std::chrono::milliseconds limit);
  // Waits until all is written, closes the descriptor, throws the first failure. The number of a
  // standard stream stays taken (by /dev/null), so that no file opened later gets it.
  void close();

 private:
  struct Shared;
  void rethrow() const;

  std::string current_;
  // also held by the thread, which may outlive this object inside a write() to a full pipe
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace cdckit::io
