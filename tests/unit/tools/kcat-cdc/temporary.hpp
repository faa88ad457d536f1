// A folder for one test, removed at its end, and a pipe to feed a loop through.
#pragma once

#include "common/io/file_descriptor.hpp"
#include "common/io/locked_file.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace cdckit::test {

class Temporary {
 public:
  Temporary() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cdckit-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  void replace(const std::string& name, const std::string& content) const {
    io::replace_file(file(name), content, false);
  }
  // As if it had been written an hour ago.
  void set_old(const std::string& name) const {
    const auto now = std::filesystem::last_write_time(file(name));
    std::filesystem::last_write_time(file(name), now - std::chrono::hours(1));
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return io::read_file(file(name));
  }

 private:
  std::string path_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> fds{};
    if (::pipe(fds.data()) != 0) std::abort();
    reading = io::FileDescriptor(fds[0]);
    writing = io::FileDescriptor(fds[1]);
  }
  // Everything until the other end is closed.
  std::string read_all() const {
    std::string out;
    std::array<char, 4096> block{};
    while (const std::size_t count = io::read_some(reading.get(), block, "pipe"))
      out.append(block.data(), count);
    return out;
  }
  io::FileDescriptor reading;
  io::FileDescriptor writing;
};

}  // namespace cdckit::test
