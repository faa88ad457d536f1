// Lines to stdout in large writes, from the calling thread: a reader that is slow is waited for.
// Lines that stand one behind the other in the memory of who reads them are written from there:
// most of a good stream is never copied. Throws output_closed when the reader is gone, else io.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::cdc_check {

class LineOutput {
 public:
  explicit LineOutput(int fd) : fd_(fd) { buffer_.reserve(kFull * 2); }

  // A line that may be gone at once.
  void add(std::string_view line) {
    keep();
    append(line);
  }
  // A line that stays where it is, with the line break behind it, until keep() or flush().
  void pass(std::string_view line) {
    if (line.data() != next_) begin(line);
    size_ += line.size() + 1;
    next_ = line.data() + line.size() + 1;
    if (size_ + buffer_.size() >= kFull) flush();
  }
  // Lines that were passed are about to be gone.
  void keep();
  void flush();
  [[nodiscard]] bool empty() const noexcept { return size_ == 0 && buffer_.empty(); }

 private:
  static constexpr std::size_t kFull = 64U << 10U;
  void begin(std::string_view line);
  void append(std::string_view line) {
    buffer_ += line;
    buffer_ += '\n';
    if (buffer_.size() >= kFull) flush();
  }
  [[nodiscard]] std::string_view passed() const noexcept { return {next_ - size_, size_}; }

  int fd_;
  std::string buffer_;          // goes out first
  const char* next_ = nullptr;  // behind the lines that were passed; null: there are none
  std::size_t size_ = 0;        // of them with their line breaks
};

}  // namespace cdckit::cdc_check
