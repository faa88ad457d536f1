// Knows when librdkafka has to be woken to fetch on: before 2.2 its broker threads sleep for up to
// a second over a full queue, however soon that is emptied, and any request ends their sleep. Pure:
// told what was taken, asked now and then.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace cdckit::kafka {

class FetchAlarm {
 public:
  // What fills the queue: so many records, or so many bytes.
  FetchAlarm(std::uint64_t records, std::uint64_t bytes) noexcept
      : most_records_(records), most_bytes_(bytes) {}

  void taken(std::size_t bytes) noexcept {
    ++records_;
    bytes_ += bytes;
  }
  // `waiting`: records in the queue now. True once it has fallen to half of what it held, when so
  // much was taken from it that it may have been full; once more when it is empty.
  [[nodiscard]] bool is_due(std::size_t waiting) noexcept {
    most_ = std::max(most_, waiting);
    const bool was_full = records_ >= most_records_ / 4 || bytes_ >= most_bytes_ / 4;
    const bool due = was_full && waiting <= most_ / 2;
    if (due || waiting == 0) {
      most_ = waiting;
      records_ = 0;
      bytes_ = 0;
    }
    return due;
  }

 private:
  std::uint64_t most_records_;
  std::uint64_t most_bytes_;
  std::size_t most_ = 0;  // that waited since the last alarm
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace cdckit::kafka
