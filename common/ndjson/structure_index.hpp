// The offsets that a StructureWalk needs, from simdjson's first stage. It refuses bad UTF-8,
// strings that do not end, and control characters in them. Reuses its memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace cdckit::ndjson {

class StructureIndex {
 public:
  StructureIndex();
  ~StructureIndex();
  StructureIndex(const StructureIndex&) = delete;
  StructureIndex& operator=(const StructureIndex&) = delete;

  // Null when the text is refused. They end with two that are the size of the text, and are valid
  // until the next call. `padded`: kPadding bytes behind the text may be read.
  const std::uint32_t* find(std::string_view text, bool padded);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::ndjson
