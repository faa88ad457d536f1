#include "common/io/system.hpp"

#include "common/base/clock.hpp"
#include "common/base/md5.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cdckit::io {

System::Time System::now() {
  return std::chrono::steady_clock::now();
}

std::int64_t System::unix_milliseconds() {
  return base::unix_milliseconds();
}

std::size_t System::read_some(int fd, std::span<char> into, std::string_view source) {
  return io::read_some(fd, into, source);
}

void System::write_all(int fd, std::string_view bytes, std::string_view target) {
  io::write_all(fd, bytes, target);
}

unsigned System::wait_readable(std::initializer_list<int> fds, std::chrono::milliseconds wait) {
  return io::wait_readable(fds, wait);
}

int System::open(const std::string& path, int flags) {
  return ::open(path.c_str(), flags | O_CLOEXEC, 0644);
}

int System::fsync(int fd) {
  return ::fsync(fd);
}

int System::flock(int fd, int operation) {
  return ::flock(fd, operation);
}

int System::link(int fd, const std::string& path) {
  const std::string open_file = "/proc/self/fd/" + std::to_string(fd);
  return ::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW);
}

int System::rename(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str());
}

int System::unlink(const std::string& path) {
  return ::unlink(path.c_str());
}

System::Named System::named(int fd, const std::string& path) {
  struct stat mine{};
  struct stat there{};
  if (::stat(path.c_str(), &there) != 0) return Named::nothing;
  const bool same =
      ::fstat(fd, &mine) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
  return same ? Named::this_one : Named::another;
}

FileDescriptor System::watch(const std::set<std::string>& folders) {
  FileDescriptor inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  for (const std::string& folder : folders) {
    if (inotify.is_open())
      (void)::inotify_add_watch(inotify.get(), folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  }
  return inotify;
}

bool System::drain_watch(int fd) {
  std::array<char, 4096> events{};
  bool any = false;
  while (::read(fd, events.data(), events.size()) > 0) any = true;
  return any;
}

namespace {

// The process that listens on a name of the abstract namespace, which leaves no file behind.
int listener_of(const sockaddr_un& address, socklen_t length) {
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return 0;
  }
  return peer.pid;
}

}  // namespace

namespace {

constexpr std::size_t kLongestAddress = sizeof(sockaddr_un::sun_path) - 1;

// A name that is longer than an address may be ends with a digest of all of it.
std::string address_of(const std::string& name) {
  if (name.size() <= kLongestAddress) return name;
  const base::Md5 digest = base::md5(name);
  return name.substr(0, kLongestAddress - digest.size()) +
         std::string(digest.data(), digest.size());
}

}  // namespace

Claim System::claim(const std::string& name) {
  Claim claim{FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // the first byte stays zero: the abstract namespace
  const std::string text = address_of(name);
  std::memcpy(address.sun_path + 1, text.data(), text.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  if (::bind(claim.fd.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) {
    (void)::listen(claim.fd.get(), 16);
  } else if (errno == EADDRINUSE) {
    claim.holder = listener_of(address, length);
  }
  return claim;
}

System& system() noexcept {
  static System kernel;
  return kernel;
}

std::string read_all(System& system, int fd, std::string_view path) {
  std::string content;
  std::array<char, 16384> block{};
  while (const std::size_t count = system.read_some(fd, block, path))
    content.append(block.data(), count);
  return content;
}

}  // namespace cdckit::io
