#include "common/io/temporary_file.hpp"

#include "common/base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace cdckit::io {

FileDescriptor detail::briefly_named_file(const std::string& folder) {
  std::string name = folder + "/cdckit-XXXXXX";
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) {
    throw base::system_error(base::ErrorKind::cannot_create,
                             "could not create a temporary file in \"" + folder + "\"",
                             errno);
  }
  if (::unlink(name.c_str()) != 0)
    throw base::system_error(
        base::ErrorKind::io, "could not unlink temporary file \"" + name + "\"", errno);
  return file;
}

// NFS, some FUSE and older overlay file systems know no O_TMPFILE.
FileDescriptor unnamed_file(const std::string& folder) {
  FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  return file.is_open() ? std::move(file) : detail::briefly_named_file(folder);
}

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

}  // namespace cdckit::io
