// Where a source puts its lines: a bounded amount of them may wait until the reader takes them, the
// caller never does. OutputThread is the real one; the simulation of the protocol has another.
//
// One caller thread. It appends whole lines to buffer() and calls submit(); a line is only handed
// over whole. Failures surface as base::Error from submit(), wait_drained() and close().
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace cdckit::io {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  // Where the next lines are put; its capacity is recycled, so appending does not allocate.
  std::string& buffer() noexcept { return current_; }
  // Hands buffer() over if it is not empty. Never blocks; the caller must respect full().
  virtual void submit() = 0;
  // More than the capacity is waiting: stop producing until wake_fd() says otherwise.
  [[nodiscard]] virtual bool full() const = 0;
  [[nodiscard]] virtual std::size_t pending_bytes() const = 0;
  // Readable whenever the state changed (drained below capacity, drained wholly, failed, reader
  // gone); clear_wake() empties it.
  [[nodiscard]] virtual int wake_fd() const noexcept = 0;
  virtual void clear_wake() = 0;
  // True once the reader is known to be gone or a write failed.
  [[nodiscard]] virtual bool failed() const = 0;
  virtual bool wait_drained(std::chrono::milliseconds limit) = 0;
  // Waits until all is written, closes the descriptor, throws the first failure.
  virtual void close() = 0;
  // Also after close().
  [[nodiscard]] virtual bool reader_is_gone() const = 0;

 protected:
  std::string current_;
};

}  // namespace cdckit::io
