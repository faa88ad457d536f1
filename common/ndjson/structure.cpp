#include "common/ndjson/structure.hpp"

#include <algorithm>
#include <cstring>

namespace cdckit::ndjson {

using scan::is_hex;
using scan::kEscaped;
using scan::kNoted;
using scan::number;

namespace {

constexpr int kDeepest = 64;  // beyond: for the validator

bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

void StructureWalk::start(std::string_view text, const std::uint32_t* offsets) noexcept {
  text_ = text.data();
  size_ = text.size();
  at_ = offsets;
  find_escape(0);
}

void StructureWalk::find_escape(std::size_t from) noexcept {
  const void* found = std::memchr(text_ + from, '\\', size_ - from);
  escape_ =
      found == nullptr ? size_ : static_cast<std::size_t>(static_cast<const char*>(found) - text_);
}

// NUL at the end of the line, which is no character of a valid one.
inline char StructureWalk::take() noexcept {
  if (*at_ >= end_) return '\0';
  return text_[*at_++];
}

// All scans rely on a bracket at the end of the line.
char StructureWalk::begin(std::size_t end) noexcept {
  head_ = false;
  members_.clear();
  end_ = end;
  std::size_t last = end;
  while (last > 0 && is_space(text_[last - 1])) --last;
  return last == 0 ? '\0' : text_[last - 1];
}

bool StructureWalk::take_object(std::size_t end) {
  return begin(end) == '}' && take() == '{' && object(0) && *at_ >= end_;
}

bool StructureWalk::take_head() {
  if (begin(size_) != ',' || take() != '{') return false;
  head_ = true;
  return object(0) && text_[size_ - 1] == ',' && at_[-1] == size_ - 1;
}

bool StructureWalk::take_container(std::size_t end) {
  const char last = begin(end);
  if (last == '}') return take() == '{' && object(kNoted) && *at_ >= end_;
  return last == ']' && take() == '[' && array(kNoted) && *at_ >= end_;
}

void StructureWalk::skip_to(std::size_t end) noexcept {
  while (*at_ < end) ++at_;
  if (escape_ < end) find_escape(end);
}

void StructureWalk::note_all(std::string_view object) {
  members_.clear();
  note_inside(object, 0);
}

void StructureWalk::note_inside(std::string_view object, int depth) {
  ObjectCursor cursor(object);
  Member member;
  while (cursor.next(member)) {
    const std::size_t index = members_.add();
    static_cast<Member&>(members_[index]) = member;
    if (depth + 1 < kNoted && member.value.starts_with('{')) note_inside(member.value, depth + 1);
    members_[index].inside = static_cast<std::uint32_t>(members_.size() - index - 1);
  }
}

bool StructureWalk::object(int depth) {
  if (*at_ < end_ && text_[*at_] == '}') {
    ++at_;
    return true;
  }
  for (;;) {
    const std::uint32_t open = at_[0];
    const std::uint32_t colon = at_[1];
    if (colon >= end_ || text_[open] != '"' || text_[colon] != ':') return false;
    const std::uint32_t close = string(open, colon);
    if (close == 0) return false;
    at_ += 2;
    const std::size_t index = depth < kNoted ? members_.add() : 0;
    const std::uint32_t begin = *at_;
    const std::uint32_t stop = value(depth);
    if (stop == 0) return false;
    if (depth < kNoted) {
      FoundMember& member = members_[index];
      member.name = {text_ + open + 1, close - open - 2};
      member.value = {text_ + begin, stop - begin};
      member.plain = plain_;
      member.inside = static_cast<std::uint32_t>(members_.size() - index - 1);
    }
    const char follows = take();
    if (follows == '}') return true;
    if (follows != ',') return false;
    if (*at_ >= end_) return head_ && depth == 0;
  }
}

bool StructureWalk::array(int depth) {
  if (*at_ < end_ && text_[*at_] == ']') {
    ++at_;
    return true;
  }
  for (;;) {
    if (value(std::max(depth, kNoted)) == 0) return false;
    const char follows = take();
    if (follows == ']') return true;
    if (follows != ',') return false;
  }
}

inline std::uint32_t StructureWalk::value(int depth) {
  const std::uint32_t begin = *at_;
  if (begin >= end_) return 0;
  ++at_;
  const char first = text_[begin];
  if (first == '"') return string(begin, *at_);
  if (first != '{' && first != '[') {
    plain_ = true;
    return scalar(begin);
  }
  return nested(first, depth + 1) ? at_[-1] + 1 : 0;
}

bool StructureWalk::nested(char first, int depth) {
  if (depth > kDeepest || !(first == '{' ? object(depth) : array(depth))) return false;
  plain_ = false;
  return true;
}

// Between the closing quote and what comes next there is only white space: anything else would
// itself come next.
inline std::uint32_t StructureWalk::string(std::uint32_t open, std::uint32_t next) noexcept {
  std::uint32_t close = next - 1;
  while (is_space(text_[close])) --close;
  if (close <= open || text_[close] != '"') return 0;
  plain_ = close <= escape_;
  return plain_ || escapes(open, close) ? close + 1 : 0;
}

bool StructureWalk::escapes(std::uint32_t open, std::uint32_t close) noexcept {
  if (escape_ < open) return false;  // outside of any string
  for (std::size_t at = escape_; at < close;) {
    const char letter = text_[at + 1];
    if (letter == 'u') {
      if (at + 6 > close) return false;
      for (std::size_t i = at + 2; i < at + 6; ++i) {
        if (!is_hex(text_[i])) return false;
      }
      at += 6;
    } else {
      if (kEscaped.find(letter) == std::string_view::npos) return false;
      at += 2;
    }
    while (at < close && text_[at] != '\\') ++at;
  }
  find_escape(close);
  return true;
}

inline std::uint32_t StructureWalk::scalar(std::uint32_t begin) const noexcept {
  const char* at = text_ + begin;
  if (*at == 't' || *at == 'n') {
    if (begin + 4 > end_ || std::memcmp(at, *at == 't' ? "true" : "null", 4) != 0) return 0;
    at += 4;
  } else if (*at == 'f') {
    if (begin + 5 > end_ || std::memcmp(at, "false", 5) != 0) return 0;
    at += 5;
  } else if (!number(at)) {
    return 0;
  }
  const auto stop = static_cast<std::uint32_t>(at - text_);
  return *at_ == stop || is_space(*at) ? stop : 0;
}

}  // namespace cdckit::ndjson
