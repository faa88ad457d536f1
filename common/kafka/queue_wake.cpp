#include "common/kafka/queue_wake.hpp"

#include "common/base/error.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

QueueWake::QueueWake(rd_kafka_queue_s* queue) : queue_(queue) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw base::system_error(base::ErrorKind::io, "could not create a pipe", errno);
  read_ = io::FileDescriptor(pipe[0]);
  write_ = io::FileDescriptor(pipe[1]);
  rd_kafka_queue_io_event_enable(queue_, write_.get(), "x", 1);
}

QueueWake::~QueueWake() {
  rd_kafka_queue_io_event_enable(queue_, -1, nullptr, 0);
}

void QueueWake::clear() const noexcept {
  std::array<char, 256> bytes{};
  while (::read(read_.get(), bytes.data(), bytes.size()) > 0) {
  }
}

}  // namespace cdckit::kafka
