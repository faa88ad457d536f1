// Bytes that are written one value behind the other: room is asked for once a value, the rest is
// stores through a pointer. Keeps its memory; what it holds is a slice that is valid until the next
// byte. Inline, for the encoder's and the decoder's hot paths.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace cdckit::avro {

class Buffer {
 public:
  // Bytes behind short text that append_short() may read and write.
  static constexpr std::size_t kBehind = 32;

  void clear() noexcept { at_ = bytes_.get(); }
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(at_ - bytes_.get());
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size()}; }
  // Where to write at most so many bytes; wrote() says how far.
  char* room(std::size_t most) {
    if (most > static_cast<std::size_t>(end_ - at_)) grow(most);
    return at_;
  }
  void wrote(char* end) noexcept { at_ = end; }
  // Forgets what is behind it.
  void cut(std::size_t size) noexcept { at_ = bytes_.get() + size; }

  void push(char byte) {
    char* at = room(1);
    *at = byte;
    at_ = at + 1;
  }
  void append(std::string_view text) {
    char* at = room(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at_ = at + text.size();
  }
  void append(std::size_t count, char byte) {
    char* at = room(count);
    std::fill_n(at, count, byte);
    at_ = at + count;
  }
  // kBehind bytes behind the text can be read.
  void append_short(std::string_view text) {
    char* at = room(text.size() + kBehind);
    if (text.size() <= kBehind) {
      std::memcpy(at, text.data(), kBehind);
    } else {
      std::memcpy(at, text.data(), text.size());
    }
    at_ = at + text.size();
  }

 private:
  void grow(std::size_t most) {
    constexpr std::size_t kLeast = 1024;
    const std::size_t used = size();
    const std::size_t wanted = std::max({kLeast, used * 2, used + most});
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (used > 0) std::memcpy(larger.get(), bytes_.get(), used);
    bytes_ = std::move(larger);
    at_ = bytes_.get() + used;
    end_ = bytes_.get() + wanted;
  }

  std::unique_ptr<char[]> bytes_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace cdckit::avro
