#include "common/io/locked_file.hpp"

#include "common/base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cdckit::io {

using base::ErrorKind;

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

namespace {

FileDescriptor create(const std::string& path, int flags) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_CREAT, 0644));
  if (!file.is_open()) {
    throw base::system_error(ErrorKind::cannot_create, "could not create \"" + path + "\"", errno);
  }
  return file;
}

void sync_to_disk(int fd, const std::string& path) {
  if (::fsync(fd) != 0 && errno != EINVAL) {
    throw base::system_error(ErrorKind::io, "could not sync \"" + path + "\"", errno);
  }
}

// Writes the temporary beside `path`; the caller may lock it before it takes the name.
FileDescriptor write_temporary(const std::string& temporary,
                               std::string_view content,
                               bool durable) {
  FileDescriptor file = create(temporary, O_RDWR | O_TRUNC);
  try {
    write_all(file.get(), content, temporary);
    if (durable) sync_to_disk(file.get(), temporary);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  return file;
}

void take_name(const std::string& temporary, const std::string& path, bool durable) {
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int failure = errno;
    ::unlink(temporary.c_str());
    errno = failure;
    throw base::system_error(ErrorKind::cannot_create, "could not replace \"" + path + "\"", errno);
  }
  if (!durable) return;
  const FileDescriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open()) sync_to_disk(folder.get(), folder_of(path));
}

std::string temporary_name(const std::string& path) {
  return path + ".tmp." + std::to_string(::getpid());
}

bool is_same_file(int fd, const std::string& path) {
  struct stat mine{};
  struct stat named{};
  return ::fstat(fd, &mine) == 0 && ::stat(path.c_str(), &named) == 0 &&
         mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

// A link, device or pipe must not lose its name to a file: `--metrics-file /dev/stderr`.
bool takes_replacement(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

// What a link points at, so that the rename replaces the file and not the link.
std::string behind_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&::free)> real(::realpath(path.c_str(), nullptr), &::free);
  return real ? std::string(real.get()) : path;
}

}  // namespace

void replace_file(const std::string& path, std::string_view content, bool durable) {
  if (!takes_replacement(path)) {
    const FileDescriptor file = create(path, O_WRONLY | O_TRUNC);
    return write_all(file.get(), content, path);
  }
  const std::string temporary = temporary_name(path);
  (void)write_temporary(temporary, content, durable);
  take_name(temporary, path, durable);
}

LockedFile::LockedFile(std::string path) : path_(behind_links(path)) {
  if (!takes_replacement(path_)) {
    throw base::Error(ErrorKind::cannot_create,
                      "could not create \"" + path_ + "\": it is not a plain file");
  }
  for (;;) {
    FileDescriptor file = create(path_, O_RDWR);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK)
        throw base::system_error(ErrorKind::io, "could not lock \"" + path_ + "\"", errno);
      throw base::Error(
          ErrorKind::temporary,
          "could not lock \"" + path_ + "\": another process holds it",
          "Each sink needs an ack file of its own; is the same command still running?");
    }
    // the former owner may have renamed a new file over the one we opened
    if (!is_same_file(file.get(), path_)) continue;
    fd_ = std::move(file);
    return;
  }
}

void LockedFile::replace(std::string_view content, bool durable) {
  const std::string temporary = temporary_name(path_);
  FileDescriptor file = write_temporary(temporary, content, durable);
  // nobody else knows the temporary, so this cannot fail for a holder
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    throw base::system_error(ErrorKind::io, "could not lock \"" + temporary + "\"", errno);
  }
  take_name(temporary, path_, durable);
  fd_ = std::move(file);
}

std::string LockedFile::read() const {
  return read_file(path_);
}

}  // namespace cdckit::io
