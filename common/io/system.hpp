// What the two ends of a pipe ask of the machine: clock, bytes, waiting, files. system() is the
// kernel; the simulation of the protocol (tests/simulation) has another one, so that the code it
// tries is the code that runs. Calls named after system calls return -1 and set errno like them;
// the others throw base::Error. Used by one thread at a time.
#pragma once

#include "common/io/file_descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace cdckit::io {

// A name that at most one living process of this machine has; `holder` is the process that has it
// already (0: it is ours, or nobody can tell).
struct Claim {
  FileDescriptor fd;
  int holder = 0;
};

class System {
 public:
  using Time = std::chrono::steady_clock::time_point;
  System() = default;
  System(const System&) = delete;
  System& operator=(const System&) = delete;
  virtual ~System() = default;

  virtual Time now();
  virtual std::int64_t unix_milliseconds();
  virtual std::size_t read_some(int fd, std::span<char> into, std::string_view source);
  virtual void write_all(int fd, std::string_view bytes, std::string_view target);
  virtual unsigned wait_readable(std::initializer_list<int> fds, std::chrono::milliseconds wait);

  virtual int open(const std::string& path, int flags);
  virtual int fsync(int fd);
  virtual int flock(int fd, int operation);
  // Gives a file that was opened with O_TMPFILE its name.
  virtual int link(int fd, const std::string& path);
  virtual int rename(const std::string& from, const std::string& to);
  virtual int unlink(const std::string& path);
  // Whether `path` names the very file that is open as `fd`, another one, or none.
  enum class Named { this_one, another, nothing };
  virtual Named named(int fd, const std::string& path);

  // Readable whenever a file in one of the folders was replaced or written; -1 where the kernel
  // gives none. drain_watch() empties it: true when something had changed.
  virtual FileDescriptor watch(const std::set<std::string>& folders);
  virtual bool drain_watch(int fd);
  virtual Claim claim(const std::string& name);
};

System& system() noexcept;

// Everything from here to the end. `path` names the file in errors.
std::string read_all(System& system, int fd, std::string_view path);

}  // namespace cdckit::io
