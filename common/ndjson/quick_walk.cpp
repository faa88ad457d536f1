#include "common/ndjson/quick_walk.hpp"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace cdckit::ndjson {

using scan::is_hex;
using scan::kEscaped;
using scan::kNoted;
using scan::number;

namespace {

constexpr int kDeepest = 32;

// The first byte from here on that is a quote, a backslash, a control character or no ASCII; not
// before `end` when there is none before it.
const char* find_special(const char* at, const char* end) noexcept {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  for (; at < end; at += sizeof(__m128i)) {
    __m128i bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    const __m128i is_low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes);
    const __m128i is_mark =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    // the highest bit of what is no ASCII is set already
    const auto found = static_cast<unsigned>(
        _mm_movemask_epi8(_mm_or_si128(bytes, _mm_or_si128(is_low, is_mark))));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  return end;
}

}  // namespace

// The brackets at both ends keep every scan inside of the text.
bool QuickWalk::take_object(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
  at_ = text.data() + 1;
  end_ = text.data() + text.size();
  members_.clear();
  head_ = false;
  return object(0) && at_ == end_;
}

bool QuickWalk::take_head(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != ',') return false;
  at_ = text.data() + 1;
  end_ = text.data() + text.size();
  members_.clear();
  head_ = true;
  return object(0) && at_ == end_ && end_[-1] == ',';
}

bool QuickWalk::object(int depth) {
  skip_spaces();
  if (*at_ == '}') {
    ++at_;
    return at_ <= end_;
  }
  for (;;) {
    if (*at_ != '"') return false;
    const char* const open = at_;
    if (!string()) return false;
    const char* const close = at_;
    skip_spaces();
    if (*at_++ != ':') return false;
    skip_spaces();
    const std::size_t index = depth < kNoted ? members_.add() : 0;
    const char* const begin = at_;
    if (!value(depth)) return false;
    if (depth < kNoted) {
      FoundMember& member = members_[index];
      member.name = {open + 1, static_cast<std::size_t>(close - open - 2)};
      member.value = {begin, static_cast<std::size_t>(at_ - begin)};
      member.plain = plain_;
      member.inside = static_cast<std::uint32_t>(members_.size() - index - 1);
    }
    skip_spaces();
    if (at_ >= end_) return false;
    const char follows = *at_++;
    if (follows == '}') return true;
    if (follows != ',') return false;
    if (at_ == end_) return head_ && depth == 0;
    skip_spaces();
  }
}

bool QuickWalk::array(int depth) {
  skip_spaces();
  if (*at_ == ']') {
    ++at_;
    return true;
  }
  for (;;) {
    if (!value(depth < kNoted ? kNoted : depth)) return false;
    skip_spaces();
    if (at_ >= end_) return false;
    const char follows = *at_++;
    if (follows == ']') return true;
    if (follows != ',') return false;
    skip_spaces();
  }
}

bool QuickWalk::value(int depth) {
  const char first = *at_;
  if (first == '"') return string();
  if (first != '{' && first != '[') {
    plain_ = true;
    return scalar();
  }
  ++at_;
  if (depth >= kDeepest || !(first == '{' ? object(depth + 1) : array(depth + 1))) return false;
  plain_ = false;
  return true;
}

bool QuickWalk::string() noexcept {
  const char* const begin = ++at_;
  bool is_ascii = true;
  plain_ = true;
  for (;;) {
    at_ = find_special(at_, end_);
    if (at_ >= end_) return false;
    if (*at_ == '"') break;
    if (*at_ == '\\') {
      plain_ = false;
      if (!escape()) return false;
      continue;
    }
    if (static_cast<unsigned char>(*at_) < 0x20) return false;
    is_ascii = false;
    while (at_ < end_ && static_cast<unsigned char>(*at_) >= 0x80) ++at_;
  }
  const char* const close = at_++;
  return is_ascii || is_utf8({begin, static_cast<std::size_t>(close - begin)});
}

bool QuickWalk::escape() noexcept {
  const char letter = at_[1];
  if (letter != 'u') {
    at_ += 2;
    return kEscaped.find(letter) != std::string_view::npos;
  }
  for (int i = 2; i < 6; ++i) {
    if (!is_hex(at_[i])) return false;
  }
  at_ += 6;
  return true;
}

bool QuickWalk::scalar() noexcept {
  const char first = *at_;
  if (first != 't' && first != 'n' && first != 'f') return number(at_);
  if (first == 'f') {
    if (std::memcmp(at_, "false", 5) != 0) return false;
    at_ += 5;
    return true;
  }
  if (std::memcmp(at_, first == 't' ? "true" : "null", 4) != 0) return false;
  at_ += 4;
  return true;
}

}  // namespace cdckit::ndjson
