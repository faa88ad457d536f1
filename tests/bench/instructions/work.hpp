// What is counted: one tool's way with an event, without files and servers around it. Each program
// here links one tool's library and defines make_work(); main.cpp runs it. One thread; what is
// thrown ends the program.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cdckit::bench {

class Work {
 public:
  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;
  // The whole input once: the first time fills buffers and memories and is not counted.
  virtual void pass() = 0;
  // Events, rows or records so far: the same number with each pass.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 protected:
  void count() noexcept { ++events_; }
  // Somebody must need what was made.
  void taken(const std::string& bytes) noexcept { bytes_ += bytes.size(); }

 private:
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
};

// `name` is the part behind the tool's; `path` the unpacked input. Throws std::invalid_argument for
// a name that the program does not know.
std::unique_ptr<Work> make_work(std::string_view name, const std::string& path);

[[noreturn]] inline void refuse(std::string_view name) {
  throw std::invalid_argument("there is no work \"" + std::string(name) + "\"");
}

}  // namespace cdckit::bench
