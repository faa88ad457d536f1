// Splits a byte stream into lines without copying them: large reads, memchr, one buffer that is
// recycled. A line stays valid until the next call of next(). Behind every line there are at least
// kPadding readable bytes, as simdjson wants them.
//
// Rules: `\n` ends a line, a `\r` before it is dropped, empty lines are skipped but counted, a byte
// order mark at the start is dropped. A line longer than the limit is reported once with
// its beginning, the rest of it is passed over.
#pragma once

#include "common/io/system.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::ndjson {

inline constexpr std::size_t kPadding = 64;

struct Line {
  std::string_view text;
  std::uint64_t number = 0;  // from 1
  bool terminated = true;    // false: the input ended without a line break after this one
};

// too_long: `text` is the beginning of the line, kShownOfLongLine bytes at most.
enum class ReadStatus { line, too_long, timeout, interrupted, end };

inline constexpr std::size_t kShownOfLongLine = 4096;

// Descriptors that a wait for input also listens to.
struct Interrupts {
  Interrupts(int stop_fd = -1, int wake_fd = -1) : stop(stop_fd), wake(wake_fd) {}  // NOLINT
  int stop;
  int wake;
};

class Reader {
 public:
  // Does not own the descriptor. `source` names it in messages: `stdin`.
  Reader(int fd, std::string source, std::size_t max_line_bytes, io::System& system = io::system());

  // Waits up to `wait` (negative: forever) for a whole line. One of the interrupts (-1: none)
  // becoming readable ends the wait with `interrupted`, also where the input always has another
  // byte; lines already in the buffer are still delivered first.
  ReadStatus next(Line& line, std::chrono::milliseconds wait, Interrupts interrupts = {});
  // A line that is in the buffer already, or `timeout`: asks neither the clock nor the kernel.
  ReadStatus next_buffered(Line& line);
  // True when next() would return a line without reading.
  [[nodiscard]] bool has_buffered_line() const;
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] std::uint64_t line_number() const noexcept { return number_; }
  // `stdin:42`, for messages.
  [[nodiscard]] std::string where(std::uint64_t number) const;

 private:
  enum class Found { nothing, line, too_long };
  ReadStatus wait_for_line(Line& line, std::chrono::milliseconds wait, Interrupts interrupts);
  Found take_line(Line& line);
  Found take_long_line(Line& line);
  void drop_rest_of_long_line();
  void fill();
  void make_room();

  io::System* system_;
  int fd_;
  std::string source_;
  std::size_t max_line_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // first byte not handed out
  std::size_t scanned_ = 0;  // no line break in [begin_, scanned_)
  std::size_t end_ = 0;      // end of the bytes read
  std::uint64_t number_ = 0;
  bool at_end_ = false;
  bool dropping_ = false;  // inside a line that was too long
};

}  // namespace cdckit::ndjson
