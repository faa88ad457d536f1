// The ends of lines that were walked before. Change events repeat the larger part of a line: from
// the member `source` on, lines of one table differ in nothing but digits. An end that is known,
// each byte equal or a digit in the place of a digit, needs no second walk: what is valid stays so,
// and its members stand where they stood. First digits must be equal, since a number may not
// begin with 0, and no end with a \u escape is learned.
// Reuses its memory: no allocation per line once the ends are known. Throws nothing but bad_alloc.
#pragma once

#include "common/ndjson/text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::ndjson {

class FamiliarTail {
 public:
  // What begins with the comma before the member; it is an object.
  static constexpr std::string_view kFirst = R"(,"source":{)";

  // How many bytes at the end of the line are known, 0: none. There are at least kLeast, so that
  // as many bytes behind the head may be read.
  std::size_t match(std::string_view line) noexcept;
  // Of the end that matched: how many members, and the members as slices of `tail`.
  [[nodiscard]] std::size_t size() const noexcept { return ends_[0].members.size(); }
  void fill(const char* tail, FoundMember* members) const noexcept;
  // A line that no end matched, and which was found to be good; `members` are all of it.
  void learn(std::string_view line, FoundMembers members);

 private:
  static constexpr std::size_t kLeast = 64;
  static constexpr std::size_t kMost = 4096;

  struct Slice {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Place {
    Slice name;
    Slice value;
    std::uint32_t inside = 0;
    bool plain = false;
  };
  struct End {
    std::string text;
    std::string fixed;  // a byte for each of text: 0xff: it must be equal; 0: a digit may vary
    std::vector<Place> members;
  };

  static bool same(const End& end, const char* tail) noexcept;
  static void learn_text(End& end, std::string_view text);
  [[nodiscard]] bool worth_learning() noexcept;

  std::array<End, 8> ends_;      // the last one that matched first
  std::uint64_t strangers_ = 0;  // lines that did not match since one did
};

}  // namespace cdckit::ndjson
