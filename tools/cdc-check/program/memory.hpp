// What one check of a program remembers of the rows before, and of the row at hand until it is
// known what becomes of it.
#pragma once

#include "tools/cdc-check/values/key_hash.hpp"
#include "tools/cdc-check/windows/high_marks.hpp"
#include "tools/cdc-check/windows/unique_window.hpp"

#include <optional>
#include <string>

namespace cdckit::cdc_check {

struct Memory {
  std::optional<UniqueWindow> window;
  std::optional<HighMarks> marks;
  // of the row at hand
  bool has_key = false;  // unique: it has one; monotonic: it has a value
  bool broken = false;
  KeyHash key;
  KeyHash owner;
  std::string group;
  std::string value;
};

}  // namespace cdckit::cdc_check
