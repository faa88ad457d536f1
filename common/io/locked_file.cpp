#include "common/io/locked_file.hpp"

#include "common/base/clock.hpp"
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

FileDescriptor create(System& system, const std::string& path, int flags) {
  FileDescriptor file(system.open(path, flags | O_CREAT));
  if (!file.is_open()) {
    throw base::system_error(ErrorKind::cannot_create, "could not create \"" + path + "\"", errno);
  }
  return file;
}

void sync_to_disk(System& system, int fd, const std::string& path) {
  if (system.fsync(fd) != 0 && errno != EINVAL) {
    throw base::system_error(ErrorKind::io, "could not sync \"" + path + "\"", errno);
  }
}

// A file without a name: nothing is left of it when the process is killed while it writes.
FileDescriptor open_unnamed(System& system, const std::string& path) {
  return FileDescriptor(system.open(folder_of(path), O_TMPFILE | O_RDWR));
}

// Never follows or truncates what stands there: it was left by an owner that was killed, or
// planted.
FileDescriptor create_anew(System& system, const std::string& path) {
  (void)system.unlink(path);
  return create(system, path, O_RDWR | O_EXCL | O_NOFOLLOW);
}

void name_it(System& system, int fd, const std::string& path) {
  (void)system.unlink(path);
  if (system.link(fd, path) != 0) {
    throw base::system_error(ErrorKind::cannot_create, "could not create \"" + path + "\"", errno);
  }
}

// Writes `temporary`, which the caller renames; with `lock` it is held before it has any name.
FileDescriptor write_temporary(System& system,
                               const std::string& temporary,
                               std::string_view content,
                               bool durable,
                               bool lock) {
  FileDescriptor file = open_unnamed(system, temporary);
  const bool unnamed = file.is_open();
  if (!unnamed) file = create_anew(system, temporary);
  try {
    system.write_all(file.get(), content, temporary);
    if (durable) sync_to_disk(system, file.get(), temporary);
    // nobody else knows the temporary, so this cannot fail for a holder
    if (lock && system.flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      throw base::system_error(ErrorKind::io, "could not lock \"" + temporary + "\"", errno);
    }
    if (unnamed) name_it(system, file.get(), temporary);
  } catch (...) {
    (void)system.unlink(temporary);
    throw;
  }
  return file;
}

void take_name(System& system,
               const std::string& temporary,
               const std::string& path,
               bool durable) {
  if (system.rename(temporary, path) != 0) {
    const int failure = errno;
    (void)system.unlink(temporary);
    throw base::system_error(
        ErrorKind::cannot_create, "could not replace \"" + path + "\"", failure);
  }
  if (!durable) return;
  const FileDescriptor folder(system.open(folder_of(path), O_RDONLY | O_DIRECTORY));
  if (folder.is_open()) sync_to_disk(system, folder.get(), folder_of(path));
}

// Of a process of its own: two may replace a file that nobody holds.
std::string temporary_name(const std::string& path) {
  return path + ".tmp." + base::random_id();
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
  System& kernel = system();
  if (!takes_replacement(path)) {
    const FileDescriptor file = create(kernel, path, O_WRONLY | O_TRUNC);
    return write_all(file.get(), content, path);
  }
  const std::string temporary = temporary_name(path);
  (void)write_temporary(kernel, temporary, content, durable, false);
  take_name(kernel, temporary, path, durable);
}

namespace {

// One that is there and may not be used is a matter of rights, not of making it.
FileDescriptor open_or_create(System& system, const std::string& path) {
  FileDescriptor file(system.open(path, O_RDWR | O_CREAT));
  if (file.is_open()) return file;
  const int failure = errno;
  struct stat status{};
  const bool is_there = ::lstat(path.c_str(), &status) == 0;
  if (!is_there || (failure != EACCES && failure != EPERM)) {
    throw base::system_error(
        ErrorKind::cannot_create, "could not create \"" + path + "\"", failure);
  }
  throw base::system_error(ErrorKind::permission, "could not open \"" + path + "\"", failure);
}

}  // namespace

LockedFile::LockedFile(std::string path, System& system)
    : system_(&system), path_(behind_links(path)) {
  if (!takes_replacement(path_)) {
    throw base::Error(ErrorKind::cannot_create,
                      "could not create \"" + path_ + "\": it is not a plain file");
  }
  for (;;) {
    FileDescriptor file = open_or_create(system, path_);
    if (system.flock(file.get(), LOCK_EX | LOCK_NB) != 0) refuse_lock();
    // the former owner may have renamed a new file over the one we opened
    if (system.named(file.get(), path_) != System::Named::this_one) continue;
    fd_ = std::move(file);
    return;
  }
}

void LockedFile::refuse_lock() const {
  if (errno != EWOULDBLOCK)
    throw base::system_error(ErrorKind::io, "could not lock \"" + path_ + "\"", errno);
  throw base::Error(ErrorKind::temporary,
                    "could not lock \"" + path_ + "\": another process holds it",
                    "Each sink needs an ack file of its own; is the same command still running?");
}

// Somebody removed our file and another owner has made and locked a new one: it is theirs now.
void LockedFile::require_name() const {
  if (system_->named(fd_.get(), path_) != System::Named::another) return;
  const FileDescriptor other(system_->open(path_, O_RDONLY));
  if (other.is_open() && system_->flock(other.get(), LOCK_EX | LOCK_NB) != 0) refuse_lock();
}

void LockedFile::replace(std::string_view content, bool durable) {
  require_name();
  // one name for all owners, one after the other: what a killed one left goes with the next replace
  const std::string temporary = path_ + ".tmp";
  FileDescriptor file = write_temporary(*system_, temporary, content, durable, true);
  take_name(*system_, temporary, path_, durable);
  fd_ = std::move(file);
}

std::string LockedFile::read() const {
  const FileDescriptor file(system_->open(path_, O_RDONLY));
  if (!file.is_open())
    throw base::system_error(base::ErrorKind::io, "could not open \"" + path_ + "\"", errno);
  return read_all(*system_, file.get(), path_);
}

bool is_locked(const std::string& path, System& system) {
  const FileDescriptor file(system.open(path, O_RDONLY));
  if (!file.is_open()) return false;
  return system.flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace cdckit::io
