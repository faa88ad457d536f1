#include "common/ndjson/walker.hpp"

#include "common/ndjson/structure.hpp"
#include "common/ndjson/structure_index.hpp"
#include "common/ndjson/verdict.hpp"

namespace cdckit::ndjson {

struct Walker::Implementation {
  StructureIndex index;
  StructureWalk walk;
  Verdict verdict;
};

Walker::Walker() : implementation_(std::make_unique<Implementation>()) {}
Walker::~Walker() = default;

const char* Walker::walk(std::string_view line, bool padded) {
  Implementation& the = *implementation_;
  if (const std::uint32_t* offsets = the.index.find(line, padded)) {
    the.walk.start(line, offsets);
    if (the.walk.take_object(line.size())) return nullptr;
  }
  const char* reason = the.verdict.check_object(line, padded);
  if (reason == nullptr) the.walk.note_all(line);
  return reason;
}

FoundMembers Walker::members() const noexcept {
  return implementation_->walk.members();
}

}  // namespace cdckit::ndjson
