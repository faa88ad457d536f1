// One row of COPY ... TO STDOUT in text format, taken apart into the values that pgoutput would
// send: tabs between columns, \N for NULL, backslash escapes.
#pragma once

#include "tools/walcat/wire/pgoutput.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

class CopyRow {
 public:
  // The values point into `line` or into this object; valid until the next call. `line` keeps its
  // line break.
  const std::vector<Value>& parse(std::string_view line);

 private:
  Value field(std::string_view raw);
  std::vector<Value> values_;
  std::string unescaped_;
};

}  // namespace cdckit::walcat
