// The walk over a line as programs print them: one pass from the first byte to the last, without
// finding the structure first. It takes objects whose white space is spaces between tokens, if any,
// and leaves all else (other white space, deep nesting, whatever is not valid) to StructureWalk.
// What it takes is valid, with the members that the other walk would find. Only where the processor
// compares 16 bytes at once; elsewhere it takes nothing.
// Reuses its memory. One per thread.
#pragma once

#include "common/ndjson/scan.hpp"
#include "common/ndjson/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cdckit::ndjson {

class QuickWalk {
 public:
  // Bytes behind the text that can be read, for all of these.
  static constexpr std::size_t kBehind = 16;

  // The text is one object, from its first byte to its last.
  bool take_object(std::string_view text);
  // The text is the beginning of one, up to a comma between two of its members.
  bool take_head(std::string_view text);
  // Room for more members behind those of the head.
  FoundMember* add_members(std::size_t count) { return members_.add_members(count); }
  [[nodiscard]] FoundMembers members() const noexcept { return members_.all(); }

 private:
  // Each moves at_ behind what it takes; false: it is none.
  bool object(int depth);
  bool array(int depth);
  bool value(int depth);
  bool string() noexcept;
  bool escape() noexcept;
  bool scalar() noexcept;
  void skip_spaces() noexcept {
    while (at_ < end_ && *at_ == ' ') ++at_;
  }

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  scan::MemberList members_;
  bool plain_ = false;  // what was taken last holds no escape
  bool head_ = false;   // the object goes on behind the text
};

}  // namespace cdckit::ndjson
