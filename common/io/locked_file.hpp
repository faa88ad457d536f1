// A small file that is replaced as a whole (write a temporary beside it, rename over it) by one
// owner at a time: the owner holds flock on the file itself, also across its own renames.
#pragma once

#include "common/io/system.hpp"

#include <string>
#include <string_view>

namespace cdckit::io {

// The folder that holds `path`: `.` for a bare name.
std::string folder_of(const std::string& path);

// Write temporary + rename; `durable` adds fsync of file and folder. What is no plain file (a link,
// a device, a pipe) is written in place. Throws cannot_create or io; no temporary is left then.
void replace_file(const std::string& path, std::string_view content, bool durable);

class LockedFile {
 public:
  // Creates the file empty when it is missing; follows a link. Throws temporary when another
  // process holds it, permission when it is there and may not be read and written, cannot_create
  // when it cannot be made or is no plain file.
  explicit LockedFile(std::string path, System& system = io::system());

  // Readers see the old or the new content, never a mixture; the lock is never let go in between.
  // `durable`: file and folder are synced before it returns, so that no power cut brings the old
  // content back. Throws temporary when the name was taken by another owner meanwhile.
  void replace(std::string_view content, bool durable);
  [[nodiscard]] std::string read() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  [[noreturn]] void refuse_lock() const;
  void require_name() const;

  System* system_;
  std::string path_;
  FileDescriptor fd_;
};

// Whether a process holds the file; the question itself holds it for an instant (see SinkAck).
bool is_locked(const std::string& path, System& system = io::system());

}  // namespace cdckit::io
