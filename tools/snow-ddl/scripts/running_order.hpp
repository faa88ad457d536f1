// The order in which scripts run. Pure.
#pragma once

#include "tools/snow-ddl/scripts/script.hpp"

#include <vector>

namespace cdckit::snow_ddl {

// Versioned by stream and version, repeatable by name unless they say otherwise, always by name.
// Throws data for repeatable scripts that wait for each other, or for one that is not there.
void put_in_order(std::vector<Script>& scripts);

}  // namespace cdckit::snow_ddl
