// The source's half: watches the declared ack files (inotify, and a poll at least once a second)
// and says how far all of them have come. A missing or empty file is "nothing", and so is one that
// holds no record; one that cannot be read is an error at the start and a warning later.
// One thread.
#pragma once

#include "common/ack/ack_record.hpp"
#include "common/io/system.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::ack {

class SourceAck {
 public:
  explicit SourceAck(std::vector<std::string> paths, io::System& system = io::system());

  // No other source may wait for the same files: two would starve each other. Throws temporary,
  // naming the process that does; permission or io when a file is there and cannot be read. Held
  // until the end of the process.
  void claim();
  // What the files hold now, whatever run it is of: at start only. One entry a path. Throws
  // permission or io when a file is there and cannot be read.
  [[nodiscard]] std::vector<std::optional<Record>> read_all() const;
  // Poll this for readability beside the other descriptors; -1 without files.
  [[nodiscard]] int fd() const noexcept { return watch_.get(); }
  // Re-reads the files when something changed or a second has passed. The record with the lowest
  // seq of `run` over all files, nothing while one of them has none. Records of other runs and
  // with seq > last_sent are not believed.
  std::optional<Record> poll(const std::string& run, std::uint64_t last_sent);
  // The files that do not acknowledge `seq` of `run` (yet), read anew.
  [[nodiscard]] std::vector<std::string> waiting_for(const std::string& run, std::uint64_t seq);
  [[nodiscard]] bool enabled() const noexcept { return !paths_.empty(); }
  [[nodiscard]] const std::vector<std::string>& paths() const noexcept { return paths_; }

 private:
  std::optional<Record> read_again(const std::string& path);

  io::System& system_;
  std::vector<std::string> paths_;
  io::FileDescriptor watch_;
  std::vector<io::Claim> claims_;
  io::System::Time last_read_{};
  std::optional<Record> last_;
  bool said_unreadable_ = false;
};

}  // namespace cdckit::ack
