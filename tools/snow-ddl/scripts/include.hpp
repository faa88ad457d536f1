// Puts other files of the folder into a script's text: `-- snow-ddl: include FILE` in a line of its
// own or, with Jinja, {% include 'FILE' %}. Reads files.
#pragma once

#include "tools/snow-ddl/scripts/render.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct IncludedText {
  std::string text;
  // The script's own line for each line of the text; empty: nothing was included.
  std::vector<std::size_t> lines{};

  [[nodiscard]] std::size_t own_line(std::size_t line) const;
};

// FILE is looked for beside the file that names it, then in `folder`; it must be in there. Throws
// data with `source:line` for one that is not there or includes itself. With Template::none nothing
// is included.
IncludedText include_files(const std::string& text,
                           const std::string& path,
                           const std::string& folder,
                           Template with);

}  // namespace cdckit::snow_ddl
