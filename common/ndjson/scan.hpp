// What both walks over a line read byte by byte: digits and numbers of JSON's grammar, and the list
// of members that they note. For this room only. The text is followed by a byte that is none of
// them (a bracket ends it), so that no scan leaves it. Inlined: these are on the hot path.
#pragma once

#include "common/ndjson/text.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace cdckit::ndjson::scan {

inline constexpr int kNoted =
    3;  // members of objects in objects in objects are of no use to anyone
inline constexpr std::string_view kEscaped =
    "\"\\/bfnrt";  // may stand behind a backslash, beside u

inline bool is_digit(char c) noexcept {
  return static_cast<unsigned char>(c - '0') < 10;
}

inline bool is_hex(char c) noexcept {
  const auto letter = static_cast<unsigned char>((static_cast<unsigned char>(c) | 0x20U) - 'a');
  return is_digit(c) || letter < 6;
}

// These two move `at` behind what they take; false: it is none.
inline bool digits(const char*& at) noexcept {
  const char* begin = at;
  while (is_digit(*at)) ++at;
  return at != begin;
}

inline bool number(const char*& at) noexcept {
  if (*at == '-') ++at;
  if (*at == '0') {
    ++at;
  } else if (!digits(at)) {
    return false;
  }
  if (*at == '.') {
    ++at;
    if (!digits(at)) return false;
  }
  if (*at != 'e' && *at != 'E') return true;
  ++at;
  if (*at == '+' || *at == '-') ++at;
  return digits(at);
}

// Keeps its memory from line to line; what is added is not cleared.
class MemberList {
 public:
  void clear() noexcept { count_ = 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  // The index of one more.
  std::size_t add() {
    if (count_ == room_) {
      room_ = count_ == 0 ? 64 : count_ * 2;
      found_.resize(room_);
    }
    return count_++;
  }
  // The first of `count` more.
  FoundMember* add_members(std::size_t count) {
    const std::size_t begin = count_;
    count_ += count;
    if (count_ > room_) found_.resize(room_ = count_ * 2);
    return found_.data() + begin;
  }
  FoundMember& operator[](std::size_t index) noexcept { return found_.data()[index]; }
  [[nodiscard]] FoundMembers all() const noexcept { return {found_.data(), count_}; }

 private:
  std::vector<FoundMember> found_;
  std::size_t count_ = 0;
  std::size_t room_ = 0;  // size of found_
};

}  // namespace cdckit::ndjson::scan
