#include "common/ndjson/grammar.hpp"

#include <bitset>

namespace cdckit::ndjson {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// One pass; `open_` holds for each level whether it is an object, so nothing recurses.
class Checker {
 public:
  explicit Checker(std::string_view text) noexcept : at_(text.data()), end_(at_ + text.size()) {}

  bool whole() noexcept {
    if (!value()) return false;
    while (depth_ > 0) {
      if (!continues()) return false;
    }
    skip_space();
    return at_ == end_;
  }

 private:
  void skip_space() noexcept {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  bool take(char expected) noexcept {
    if (at_ >= end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }

  bool word(std::string_view expected) noexcept {
    for (const char c : expected) {
      if (!take(c)) return false;
    }
    return true;
  }

  bool digits() noexcept {
    if (at_ >= end_ || !is_digit(*at_)) return false;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    return true;
  }

  bool number() noexcept {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  bool escape() noexcept {
    if (at_ >= end_) return false;
    const char letter = *at_++;
    if (letter != 'u') return std::string_view("\"\\/bfnrt").find(letter) != std::string_view::npos;
    for (int i = 0; i < 4; ++i) {
      if (at_ >= end_ || !is_hex(*at_)) return false;
      ++at_;
    }
    return true;
  }

  bool string() noexcept {
    if (!take('"')) return false;
    while (at_ < end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool name() noexcept {
    skip_space();
    if (!string()) return false;
    skip_space();
    return take(':');
  }

  // A scalar, an empty container, or the opening of a container up to its first value.
  bool value() noexcept {
    for (;;) {
      skip_space();
      if (at_ >= end_) return false;
      const char first = *at_;
      if (first != '{' && first != '[') return scalar(first);
      ++at_;
      skip_space();
      if (take(first == '{' ? '}' : ']')) return true;
      if (depth_ == kMaxNesting) return false;
      open_[static_cast<std::size_t>(depth_++)] = first == '{';
      if (first == '{' && !name()) return false;
    }
  }

  bool scalar(char first) noexcept {
    switch (first) {
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  // What follows a value inside a container.
  bool continues() noexcept {
    const bool in_object = open_[static_cast<std::size_t>(depth_ - 1)];
    skip_space();
    if (take(',')) return (!in_object || name()) && value();
    --depth_;
    return take(in_object ? '}' : ']');
  }

  const char* at_;
  const char* end_;
  int depth_ = 0;
  std::bitset<kMaxNesting> open_;
};

}  // namespace

bool is_json(std::string_view text) noexcept {
  return Checker(text).whole();
}

}  // namespace cdckit::ndjson
