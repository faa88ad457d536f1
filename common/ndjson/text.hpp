// JSON text in and out without a tree: escaping, unescaping, and walking the members of text that
// is already known to be valid (Validator). Everything works on slices of the caller's buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cdckit::ndjson {

// Appends `"text"`; control characters, quote and backslash escaped, all else as it is (UTF-8).
void append_string(std::string& out, std::string_view text);
// Appends text with escapes but without the quotes.
void append_escaped(std::string& out, std::string_view text);
// Appends `"name":value,`-style pieces for receipts: value is raw JSON.
void append_member(std::string& out, std::string_view name, std::string_view raw_value);
void append_member(std::string& out, std::string_view name, std::uint64_t value);

// `token` is a JSON string with its quotes. Appends the text; false when it contains a lone
// surrogate (out gets U+FFFD there).
bool append_unescaped(std::string& out, std::string_view token);
// Without allocation when there is no escape: a slice of the token, else of `scratch`.
std::string_view unescape(std::string_view token, std::string& scratch);

// Whether bytes from outside are text at all.
bool is_utf8(std::string_view bytes) noexcept;

// `value` is a valid JSON value.
inline bool is_null(std::string_view value) noexcept {
  return value.size() == 4 && value.front() == 'n';
}

struct Member {
  std::string_view name;   // raw between the quotes: may hold escapes
  std::string_view value;  // raw: strings keep their quotes
  bool plain = false;      // known to hold no escape
};

// What a Walker noted about a member. Behind an object stand the members inside of it.
struct FoundMember : Member {
  std::uint32_t inside = 0;  // how many, those of inner objects counted in
};
using FoundMembers = std::span<const FoundMember>;

// A valid JSON object. `found` are its members when they are known, else empty: then the text is
// searched.
struct Object {
  // NOLINTBEGIN(google-explicit-constructor): text is an object whose members are not known
  Object(std::string_view object, FoundMembers members = {}) noexcept
      : text(object), found(members) {}
  Object(const char* object) noexcept : text(object) {}
  Object(const std::string& object) noexcept : text(object) {}
  // NOLINTEND(google-explicit-constructor)

  std::string_view text;
  FoundMembers found;
};

// Walks a valid JSON object or array.
//   ObjectCursor cursor(object); Member m; while (cursor.next(m)) ...
class ObjectCursor {
 public:
  explicit ObjectCursor(const Object& object) noexcept
      : found_(object.found.data()), found_end_(found_ + object.found.size()) {
    if (object.found.empty()) search(object.text);
  }
  bool next(Member& member) noexcept {
    if (found_ == found_end_) return search_next(member);
    member = static_cast<const Member&>(*found_);
    found_ += 1 + found_->inside;
    return true;
  }

 private:
  void search(std::string_view object) noexcept;
  bool search_next(Member& member) noexcept;

  const FoundMember* found_;
  const FoundMember* found_end_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

class ArrayCursor {
 public:
  explicit ArrayCursor(std::string_view array) noexcept;
  bool next(std::string_view& value) noexcept;

 private:
  const char* at_;
  const char* end_;
};

// The raw value of a top-level member of a valid object; empty view when absent.
std::string_view find_member(const Object& object, std::string_view name) noexcept;

}  // namespace cdckit::ndjson
