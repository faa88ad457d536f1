// Which partitions may not be what they were: librdkafka asks brokers for topics by name, so one
// that was deleted and made again is read on as if nothing had happened, from an offset that means
// another record there. What it cannot hide is that a fetch was refused, that a partition changed
// its broker, or that a connection was lost: each stands in its log, written by a broker's thread
// before that thread can fetch anything else. Whoever takes a record and finds no doubt here has
// one of the topic that was read before.
//
// note() and note_all() from any thread, take() from the reader's.
#pragma once

#include "common/kafka/partition.hpp"

#include <atomic>
#include <mutex>
#include <string_view>
#include <vector>

namespace cdckit::kafka {

class Doubts {
 public:
  // The debug contexts that make the library write those lines.
  static constexpr std::string_view kContexts = "topic,broker";

  struct Taken {
    bool all = false;  // what is read at all
    std::vector<Partition> partitions;
    [[nodiscard]] bool hits(const Partition& partition) const noexcept;
  };

  // A line of the library's log; most say nothing.
  void note(std::string_view facility, std::string_view text);
  void note_all();
  [[nodiscard]] bool any() const noexcept { return any_.load(std::memory_order_acquire); }
  Taken take();

 private:
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  Taken noted_;  // guarded by mutex_
};

}  // namespace cdckit::kafka
