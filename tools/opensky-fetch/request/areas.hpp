// Boxes by name: a small table of our own, and a file of the user's.
#pragma once

#include "tools/opensky-fetch/request/box.hpp"

#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

// The names of the table, for people.
std::string built_in_areas();

// The box of that name: in the file (TOML, `name = [S, W, N, E]`; empty: none), else in the table.
// Throws usage when neither has it, config when the file is not as it should be.
Box find_area(const std::string& name, const std::string& file);

}  // namespace cdckit::opensky_fetch
