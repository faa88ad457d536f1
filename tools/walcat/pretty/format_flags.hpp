// --format: lines of JSON for programs, or one readable line per change. A terminal gets the latter
// unless told otherwise or control lines are wanted.
#pragma once

#include "common/cli/flag_table.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

struct FormatOptions {
  std::string format = {};  // as given; empty: by what stdout is
  bool pretty = false;
  bool color = false;
};

// What a run finds around it.
struct FormatPlace {
  bool terminal = false;  // stdout
  bool control = false;   // control lines go with the data
  bool colored = false;   // --color, NO_COLOR and the terminal allow it
};

void add_format_flag(std::vector<cli::Flag>& into, FormatOptions& options);
// Fills pretty and color. Throws usage for control lines in the readable view.
FormatOptions choose_format(FormatOptions options, const FormatPlace& place);

}  // namespace cdckit::walcat
