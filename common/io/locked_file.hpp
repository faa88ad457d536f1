// A small file that is replaced as a whole (write a temporary beside it, rename over it) by one
// owner at a time: the owner holds flock on the file itself, also across its own renames.
#pragma once

#include "common/io/file_descriptor.hpp"

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
  // process holds it, cannot_create when it cannot be made or is no plain file.
  explicit LockedFile(std::string path);

  // Readers see the old or the new content, never a mixture; the lock is never let go in between.
  void replace(std::string_view content, bool durable);
  [[nodiscard]] std::string read() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  FileDescriptor fd_;
};

}  // namespace cdckit::io
