// --check: is everything there that a run needs, without printing any row.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/opensky-fetch/options.hpp"

namespace cdckit::opensky_fetch {

// One line on stdout per check; the code that a run would end with.
base::ExitCode check_connections(const Options& options, const cli::Context& context);

}  // namespace cdckit::opensky_fetch
