// The walk over a text whose structure is known: the offsets of its brackets, colons, commas and of
// the first bytes of its values, as simdjson's first stage finds them. That stage also made sure of
// valid UTF-8, and that strings end and hold no control characters; the walk checks the rest of
// the grammar and notes the members of objects. It refuses some good text, too (deep nesting).
#pragma once

#include "common/ndjson/scan.hpp"
#include "common/ndjson/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cdckit::ndjson {

class StructureWalk {
 public:
  // `offsets` end with two that are not below the size of the text.
  void start(std::string_view text, const std::uint32_t* offsets) noexcept;
  // The next line of the text, from its first byte up to `end`, is one object. Bytes behind the
  // last line of the text are not looked at.
  bool take_object(std::size_t end);
  // The text is the beginning of such a line, up to a comma between two members of the object. The
  // bytes behind it can be read.
  bool take_head();
  // Room for more members behind those of the head.
  FoundMember* add_members(std::size_t count) { return members_.add_members(count); }
  // The same for an object or an array whose members nobody wants to know.
  bool take_container(std::size_t end);
  // Of that object.
  [[nodiscard]] FoundMembers members() const noexcept { return members_.all(); }
  // Forgets the rest of a line that was refused.
  void skip_to(std::size_t end) noexcept;
  // Instead of a walk: members that were found otherwise.
  void note_all(std::string_view object);

 private:
  char begin(std::size_t end) noexcept;
  void note_inside(std::string_view object, int depth);
  bool object(int depth);
  bool array(int depth);
  bool nested(char first, int depth);
  // These three say where what begins at the offset ends, 0: it is not good.
  std::uint32_t value(int depth);
  std::uint32_t string(std::uint32_t open, std::uint32_t next) noexcept;
  [[nodiscard]] std::uint32_t scalar(std::uint32_t begin) const noexcept;
  bool escapes(std::uint32_t open, std::uint32_t close) noexcept;
  char take() noexcept;
  void find_escape(std::size_t from) noexcept;

  const char* text_ = nullptr;
  std::size_t size_ = 0;
  std::size_t end_ = 0;     // of the line
  std::size_t escape_ = 0;  // the next backslash that was not looked at; size_: none
  const std::uint32_t* at_ = nullptr;
  scan::MemberList members_;
  bool plain_ = false;  // what was looked at last holds no escape
  bool head_ = false;   // the line goes on behind the text
};

}  // namespace cdckit::ndjson
