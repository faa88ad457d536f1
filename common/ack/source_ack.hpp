// The source's half: watches the declared ack files (inotify, and a poll at least once a second)
// and says how far all of them have come. A missing or unreadable file is "nothing".
#pragma once

#include "common/ack/ack_record.hpp"
#include "common/io/file_descriptor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::ack {

class SourceAck {
 public:
  explicit SourceAck(std::vector<std::string> paths);

  // What the files hold now, whatever run it is of: at start only. One entry a path.
  [[nodiscard]] std::vector<std::optional<Record>> read_all() const;
  // Poll this for readability beside the other descriptors; -1 without files.
  [[nodiscard]] int fd() const noexcept { return inotify_.get(); }
  // Re-reads the files when something changed or a second has passed. The record with the lowest
  // seq of `run` over all files, nothing while one of them has none. Records of other runs and
  // with seq > last_sent are not believed.
  std::optional<Record> poll(const std::string& run, std::uint64_t last_sent);
  [[nodiscard]] bool enabled() const noexcept { return !paths_.empty(); }

 private:
  std::vector<std::string> paths_;
  io::FileDescriptor inotify_;
  std::chrono::steady_clock::time_point last_read_{};
  std::optional<Record> last_;
};

}  // namespace cdckit::ack
