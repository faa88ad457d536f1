// JSON text in and out without a tree: escaping, unescaping, and walking the members of text that
// is already known to be valid (Validator). Everything works on slices of the caller's buffer.
#pragma once

#include <cstdint>
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

// Walks a valid JSON object or array. Values are raw slices (strings keep their quotes).
//   ObjectCursor cursor(object); Member m; while (cursor.next(m)) ...
struct Member {
  std::string_view name;  // raw between the quotes: may hold escapes
  std::string_view value;
};

class ObjectCursor {
 public:
  explicit ObjectCursor(std::string_view object) noexcept;
  bool next(Member& member) noexcept;

 private:
  const char* at_;
  const char* end_;
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
std::string_view find_member(std::string_view object, std::string_view name) noexcept;

}  // namespace cdckit::ndjson
