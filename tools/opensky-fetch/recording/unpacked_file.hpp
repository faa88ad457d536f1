// A compressed recording as a descriptor that is read like any file. A thread of its own unpacks it
// into a pipe, so that memory does not depend on its size.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <exception>
#include <string>
#include <thread>

namespace cdckit::opensky_fetch {

class UnpackedFile {
 public:
  // Throws unavailable when the file cannot be opened.
  explicit UnpackedFile(const std::string& path);
  ~UnpackedFile();
  UnpackedFile(const UnpackedFile&) = delete;
  UnpackedFile& operator=(const UnpackedFile&) = delete;

  [[nodiscard]] int fd() const noexcept { return reading_.get(); }
  // At the end of what was read: throws data when this is not the file's end because it is damaged.
  void finish();

 private:
  void unpack(const std::string& path);

  io::FileDescriptor packed_;
  io::FileDescriptor reading_;
  io::FileDescriptor writing_;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace cdckit::opensky_fetch
