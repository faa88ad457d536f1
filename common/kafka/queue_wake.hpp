// A descriptor that becomes readable when something comes into a queue of librdkafka that was
// empty, so that its owner can wait for that and for other things at a time. For this room only.
// One thread, but for the library's that write.
#pragma once

#include "common/io/file_descriptor.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the library's own name
struct rd_kafka_queue_s;

namespace cdckit::kafka {

class QueueWake {
 public:
  // The queue must outlive it. Throws io.
  explicit QueueWake(rd_kafka_queue_s* queue);
  ~QueueWake();
  QueueWake(const QueueWake&) = delete;
  QueueWake& operator=(const QueueWake&) = delete;

  [[nodiscard]] int fd() const noexcept { return read_.get(); }
  // Before the queue is looked at: what comes later makes it readable again.
  void clear() const noexcept;

 private:
  rd_kafka_queue_s* queue_;
  io::FileDescriptor read_;
  io::FileDescriptor write_;
};

}  // namespace cdckit::kafka
