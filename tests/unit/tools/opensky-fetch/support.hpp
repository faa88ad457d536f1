// What several tests of opensky-fetch share.
#pragma once

#include "tools/opensky-fetch/options.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace cdckit::opensky_fetch {

inline const std::string kOneState =
    R"(["4b1803","SWR12AB ","Switzerland",1789999999,1790000000,8.5512,47.4581,411.48,false,)"
    R"(71.2,274.5,-3.9,null,463.3,"1000",false,0])";

inline std::string answer_at(long time, const std::string& states = "[" + kOneState + "]") {
  return "{\"time\":" + std::to_string(time) + ",\"states\":" + states + "}";
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "opensky-fetch-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A file in memory; what was written stays readable after its writer closed its own descriptor.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("test", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }
  [[nodiscard]] int writer() const { return ::fcntl(fd_, F_DUPFD_CLOEXEC, 3); }
  [[nodiscard]] std::string text() const {
    std::string out(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    (void)!::pread(fd_, out.data(), out.size(), 0);
    return out;
  }

 private:
  int fd_;
};

}  // namespace cdckit::opensky_fetch
