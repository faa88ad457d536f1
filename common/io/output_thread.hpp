// Writes to an inherited descriptor (stdout) from a thread of its own, behind a bounded amount of
// bytes: the caller can go on talking to its server while the pipe is full, and learns when the
// reader is gone, also while idle. O_NONBLOCK is never set: the flag would be shared with others.
#pragma once

#include "common/io/output.hpp"
#include "common/io/reader_probe.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>

namespace cdckit::io {

class OutputThread final : public Output {
 public:
  OutputThread(int fd, std::size_t capacity_bytes);
  OutputThread(const OutputThread&) = delete;
  OutputThread& operator=(const OutputThread&) = delete;
  // Without close() what was not yet written is dropped, never a part of a batch that was begun.
  ~OutputThread() override;

  void submit() override;
  [[nodiscard]] bool full() const override;
  [[nodiscard]] std::size_t pending_bytes() const override;
  [[nodiscard]] int wake_fd() const noexcept override;
  void clear_wake() override;
  // Everything submitted has been taken by the kernel. A pipe write is not an acknowledgement.
  [[nodiscard]] bool drained() const;
  [[nodiscard]] bool failed() const override;
  bool wait_drained(std::chrono::milliseconds limit) override;
  // The number of a standard stream stays taken (by /dev/null), so that no file opened later gets
  // it.
  void close() override;
  [[nodiscard]] bool reader_is_gone() const override { return probe_.reader_is_gone(); }

 private:
  struct Shared;
  void rethrow() const;

  ReaderProbe probe_;
  // also held by the thread, which may outlive this object inside a write() to a full pipe
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace cdckit::io
