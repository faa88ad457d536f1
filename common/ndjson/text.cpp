#include "common/ndjson/text.hpp"

#include "common/base/json_string.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <simdjson.h>

namespace cdckit::ndjson {

namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// None of these is above the comma but the brackets; digits and letters are.
bool ends_scalar(char c) noexcept {
  return c <= ',' ? c == ',' || is_space(c) : c == ']' || c == '}';
}

const char* skip_space(const char* at, const char* end) noexcept {
  while (at < end && is_space(*at)) ++at;
  return at;
}

// `at` stands on the opening quote; past the closing one afterwards.
const char* skip_string(const char* at, const char* end) noexcept {
  ++at;
  // most strings are shorter than what a call of memchr() costs
  for (const char* near = at + std::min<std::ptrdiff_t>(end - at, 16); at < near; ++at) {
    if (*at == '"') return at + 1;
    if (*at != '\\') continue;
    ++at;
    if (at >= end) return end;
  }
  while (at < end) {
    const char* quote =
        static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
    if (quote == nullptr) return end;
    const char* slash = quote;
    while (slash > at && slash[-1] == '\\') --slash;
    at = quote + 1;
    if ((quote - slash) % 2 == 0) return at;
  }
  return end;
}

const char* skip_nested(const char* at, const char* end) noexcept {
  int depth = 0;
  while (at < end) {
    switch (*at) {
      case '"':
        at = skip_string(at, end);
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
  return end;
}

const char* skip_value(const char* at, const char* end) noexcept {
  if (at >= end) return end;
  if (*at == '"') return skip_string(at, end);
  if (*at == '{' || *at == '[') return skip_nested(at, end);
  while (at < end && !ends_scalar(*at)) ++at;
  return at;
}

std::string_view slice(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin)};
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | code >> 6U);
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | code >> 12U);
    out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | code >> 18U);
    out += static_cast<char>(0x80U | (code >> 12U & 0x3FU));
    out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

std::uint32_t hex4(std::string_view text, std::size_t at) {
  return static_cast<std::uint32_t>(base::parse_hex(text.substr(at, 4)).value_or(0xFFFD));
}

// `at` stands behind `\u`; moves past the code. False for a lone surrogate.
bool append_code(std::string& out, std::string_view text, std::size_t& at) {
  std::uint32_t code = hex4(text, at);
  at += 4;
  if (code < 0xD800 || code > 0xDFFF) {
    append_utf8(out, code);
    return true;
  }
  if (code < 0xDC00 && text.substr(at, 2) == "\\u") {
    const std::uint32_t low = hex4(text, at + 2);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      at += 6;
      append_utf8(out, 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00));
      return true;
    }
  }
  append_utf8(out, 0xFFFD);
  return false;
}

char plain_escape(char letter) noexcept {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  base::append_json_escaped(out, text);
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_member(std::string& out, std::string_view name, std::string_view raw_value) {
  append_string(out, name);
  out += ':';
  out += raw_value;
  out += ',';
}

void append_member(std::string& out, std::string_view name, std::uint64_t value) {
  append_member(out, name, std::string_view(std::to_string(value)));
}

bool append_unescaped(std::string& out, std::string_view token) {
  std::string_view text = token.substr(1, token.size() - 2);
  bool whole = true;
  std::size_t at = 0;
  for (;;) {
    const auto slash = text.find('\\', at);
    out.append(text.substr(at, slash - at));
    if (slash == std::string_view::npos) return whole;
    const char letter = text[slash + 1];
    at = slash + 2;
    if (letter == 'u') {
      whole = append_code(out, text, at) && whole;
    } else {
      out += plain_escape(letter);
    }
  }
}

std::string_view unescape(std::string_view token, std::string& scratch) {
  const std::string_view inner = token.substr(1, token.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return inner;
  scratch.clear();
  append_unescaped(scratch, token);
  return scratch;
}

bool is_utf8(std::string_view bytes) noexcept {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

void ObjectCursor::search(std::string_view object) noexcept {
  end_ = object.data() + object.size();
  at_ = skip_space(object.data(), end_);
  if (at_ < end_) ++at_;
}

bool ObjectCursor::search_next(Member& member) noexcept {
  at_ = skip_space(at_, end_);
  if (at_ < end_ && *at_ == ',') at_ = skip_space(at_ + 1, end_);
  if (at_ >= end_ || *at_ != '"') return false;
  const char* name = at_;
  at_ = skip_string(at_, end_);
  member.name = slice(name + 1, at_ - 1);
  at_ = skip_space(at_, end_);
  if (at_ < end_) ++at_;  // the colon
  at_ = skip_space(at_, end_);
  const char* value = at_;
  at_ = skip_value(at_, end_);
  member.value = slice(value, at_);
  member.plain = false;
  return true;
}

ArrayCursor::ArrayCursor(std::string_view array) noexcept
    : at_(skip_space(array.data(), array.data() + array.size())),
      end_(array.data() + array.size()) {
  if (at_ < end_) ++at_;
}

bool ArrayCursor::next(std::string_view& value) noexcept {
  at_ = skip_space(at_, end_);
  if (at_ < end_ && *at_ == ',') at_ = skip_space(at_ + 1, end_);
  if (at_ >= end_ || *at_ == ']') return false;
  const char* begin = at_;
  at_ = skip_value(at_, end_);
  value = slice(begin, at_);
  return true;
}

std::string_view find_member(const Object& object, std::string_view name) noexcept {
  ObjectCursor cursor(object);
  Member member;
  while (cursor.next(member)) {
    if (member.name == name) return member.value;
  }
  return {};
}

}  // namespace cdckit::ndjson
