// Checks one line and notes its members in the same walk: what every sink does first with its
// input. A line as programs print them needs one pass (QuickWalk). Of others simdjson finds the
// structure (and refuses bad UTF-8 and control characters in strings), the walk over it checks the
// grammar. A line that the walk does not take is looked at again by Verdict, which counts: all
// always agree.
// Reuses its memory: no allocation per line. One per thread.
#pragma once

#include "common/ndjson/text.hpp"

#include <memory>
#include <string_view>

namespace cdckit::ndjson {

class Walker {
 public:
  Walker();
  ~Walker();
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;

  // Null when the line is fine, see Verdict, else why not (static text).
  const char* walk(std::string_view line, bool padded);
  // Of the line that was just found to be fine; slices of it. Valid until the next walk.
  [[nodiscard]] FoundMembers members() const noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::ndjson
