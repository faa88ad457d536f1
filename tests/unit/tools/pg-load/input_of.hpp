// An Input over a text, for parts that report bad lines to one.
#pragma once

#include "common/base/error.hpp"
#include "common/event/input.hpp"
#include "common/io/file_descriptor.hpp"

#include <cerrno>
#include <string>
#include <unistd.h>

namespace cdckit::pg_load::tests {

class Pipe {
 public:
  explicit Pipe(const std::string& text) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0)
      throw base::system_error(base::ErrorKind::io, "could not make a pipe", errno);
    read_ = io::FileDescriptor(ends[0]);
    const io::FileDescriptor write(ends[1]);
    io::write_all(write.get(), text, "pipe");
  }
  [[nodiscard]] int fd() const { return read_.get(); }

 private:
  io::FileDescriptor read_;
};

inline event::InputSettings settings(int fd, event::OnError on_error) {
  event::InputSettings out;
  out.fd = fd;
  out.on_error = on_error;
  out.tool = "pg-load";
  return out;
}

}  // namespace cdckit::pg_load::tests
