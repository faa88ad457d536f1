#include "common/ndjson/reader.hpp"

#include "common/io/file_descriptor.hpp"

#include <algorithm>
#include <cstring>

namespace cdckit::ndjson {

namespace {
constexpr std::size_t kBlock = 256U << 10U;
constexpr std::chrono::hours kLongestWait{24 * 365};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}  // namespace

Reader::Reader(int fd, std::string source, std::size_t max_line_bytes, io::System& system)
    : system_(&system),
      fd_(fd),
      source_(std::move(source)),
      max_line_bytes_(max_line_bytes),
      buffer_(kBlock + kPadding) {}

std::string Reader::where(std::uint64_t number) const {
  return source_ + ":" + std::to_string(number);
}

bool Reader::has_buffered_line() const {
  if (dropping_) return false;
  const char* const end = buffer_.data() + end_;
  for (const char* at = buffer_.data() + begin_; at < end;) {
    const auto* const found =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (found == nullptr && !at_end_) return false;
    const char* const stop = found != nullptr ? found : end;
    const auto length = stop - at;
    if (length > 1 || (length == 1 && *at != '\r'))
      return true;  // else a blank line, which is skipped
    at = stop + 1;
  }
  return false;
}

ReadStatus Reader::next_buffered(Line& line) {
  const Found found = take_line(line);
  if (found == Found::nothing) return ReadStatus::timeout;
  return found == Found::line ? ReadStatus::line : ReadStatus::too_long;
}

ReadStatus Reader::next(Line& line, std::chrono::milliseconds wait, Interrupts interrupts) {
  // the usual case, which must not ask the clock
  const ReadStatus status = next_buffered(line);
  return status == ReadStatus::timeout ? wait_for_line(line, wait, interrupts) : status;
}

ReadStatus Reader::wait_for_line(Line& line,
                                 std::chrono::milliseconds wait,
                                 Interrupts interrupts) {
  const bool waits_forever = wait.count() < 0 && interrupts.stop < 0 && interrupts.wake < 0;
  // bounded, so that the sum with the clock cannot overflow
  const auto deadline = system_->now() + std::min(wait, std::chrono::milliseconds(kLongestWait));
  for (;;) {
    const Found found = take_line(line);
    if (found != Found::nothing)
      return found == Found::line ? ReadStatus::line : ReadStatus::too_long;
    if (at_end_) return ReadStatus::end;
    if (!waits_forever) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - system_->now());
      const auto bounded = wait.count() < 0 ? wait : std::max(left, std::chrono::milliseconds(0));
      const unsigned ready =
          system_->wait_readable({fd_, interrupts.stop, interrupts.wake}, bounded);
      // first: a file is always readable, and so is the pipe of a source with a backlog
      if ((ready & 6U) != 0) return ReadStatus::interrupted;
      if ((ready & 1U) == 0) {
        if (wait.count() >= 0 && system_->now() >= deadline) return ReadStatus::timeout;
        continue;
      }
    }
    fill();
  }
}

Reader::Found Reader::take_line(Line& line) {
  for (;;) {
    if (dropping_) drop_rest_of_long_line();
    char* const start = buffer_.data() + begin_;
    char* const found =
        scanned_ < end_
            ? static_cast<char*>(std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_))
            : nullptr;
    const bool last = found == nullptr && at_end_ && end_ > begin_;
    const auto length =
        static_cast<std::size_t>((found != nullptr ? found : buffer_.data() + end_) - start);
    if (length > max_line_bytes_) return take_long_line(line);
    scanned_ = end_;
    if (found == nullptr && !last) return Found::nothing;
    begin_ += length + (last ? 0 : 1);
    scanned_ = begin_;
    ++number_;
    line.text = std::string_view(start, length);
    line.number = number_;
    line.terminated = !last;
    if (number_ == 1 && line.text.starts_with(kByteOrderMark))
      line.text.remove_prefix(kByteOrderMark.size());
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    if (!line.text.empty()) return Found::line;
  }
}

// The line may still be arriving: its rest is dropped by later calls, never gathered.
Reader::Found Reader::take_long_line(Line& line) {
  ++number_;
  line.text =
      std::string_view(buffer_.data() + begin_, std::min(max_line_bytes_, kShownOfLongLine));
  line.number = number_;
  line.terminated = true;
  begin_ += max_line_bytes_;
  scanned_ = begin_;
  dropping_ = true;
  return Found::too_long;
}

void Reader::drop_rest_of_long_line() {
  const auto* const found =
      begin_ < end_
          ? static_cast<const char*>(std::memchr(buffer_.data() + begin_, '\n', end_ - begin_))
          : nullptr;
  dropping_ = found == nullptr;
  begin_ = found == nullptr ? end_ : static_cast<std::size_t>(found - buffer_.data()) + 1;
  scanned_ = begin_;
}

void Reader::fill() {
  make_room();
  const std::size_t space = buffer_.size() - kPadding - end_;
  const std::size_t count = system_->read_some(fd_, {buffer_.data() + end_, space}, source_);
  if (count == 0) at_end_ = true;
  end_ += count;
}

// Lines before begin_ were handed out and are dead once next() is called again.
void Reader::make_room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - kPadding - end_ < kBlock / 2) buffer_.resize(buffer_.size() * 2);
}

}  // namespace cdckit::ndjson
