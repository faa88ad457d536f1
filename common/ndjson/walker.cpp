#include "common/ndjson/walker.hpp"

#include "common/ndjson/familiar_tail.hpp"
#include "common/ndjson/quick_walk.hpp"
#include "common/ndjson/structure.hpp"
#include "common/ndjson/structure_index.hpp"
#include "common/ndjson/verdict.hpp"

namespace cdckit::ndjson {

struct Walker::Implementation {
  // The line ends as one before: only the part in front of that is walked.
  bool walk_head(std::string_view line) {
    const std::size_t known = tails.match(line);
    if (known == 0) return false;
    const std::string_view head = line.substr(0, line.size() - known + 1);
    const char* const tail = head.data() + head.size() - 1;
    is_quick = quick.take_head(head);
    if (is_quick) {
      tails.fill(tail, quick.add_members(tails.size()));
      return true;
    }
    const std::uint32_t* offsets = index.find(head, true);
    if (offsets == nullptr) return false;
    walk.start(head, offsets);
    if (!walk.take_head()) return false;
    tails.fill(tail, walk.add_members(tails.size()));
    return true;
  }

  QuickWalk quick;
  bool is_quick = false;  // it took the last line
  StructureIndex index;
  StructureWalk walk;
  FamiliarTail tails;
  Verdict verdict;
};

Walker::Walker() : implementation_(std::make_unique<Implementation>()) {}
Walker::~Walker() = default;

const char* Walker::walk(std::string_view line, bool padded) {
  Implementation& the = *implementation_;
  if (the.walk_head(line)) return nullptr;
  the.is_quick = padded && the.quick.take_object(line);
  if (the.is_quick) {
    the.tails.learn(line, the.quick.members());
    return nullptr;
  }
  if (const std::uint32_t* offsets = the.index.find(line, padded)) {
    the.walk.start(line, offsets);
    if (the.walk.take_object(line.size())) {
      the.tails.learn(line, the.walk.members());
      return nullptr;
    }
  }
  const char* reason = the.verdict.check_object(line, padded);
  if (reason == nullptr) the.walk.note_all(line);
  return reason;
}

FoundMembers Walker::members() const noexcept {
  const Implementation& the = *implementation_;
  return the.is_quick ? the.quick.members() : the.walk.members();
}

}  // namespace cdckit::ndjson
