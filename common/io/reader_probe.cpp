#include "common/io/reader_probe.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace cdckit::io {

namespace {

std::string link_of(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

bool is_pipe(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

ReaderProbe::ReaderProbe(int fd) {
  if (is_pipe(fd)) path_ = FileDescriptor(::open(link_of(fd).c_str(), O_PATH | O_CLOEXEC));
}

// A writer for an instant: its end of the pipe says whether there is a reader.
bool ReaderProbe::reader_is_gone() const {
  if (!path_.is_open()) return false;
  const FileDescriptor writer(
      ::open(link_of(path_.get()).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  // a named pipe without reader cannot be opened at all
  if (!writer.is_open()) return errno == ENXIO;
  return io::reader_is_gone(writer.get());
}

}  // namespace cdckit::io
