// The loop: a feed delivers, the publisher prints.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/opensky-fetch/options.hpp"

namespace cdckit::opensky_fetch {

base::ExitCode run(const Options& given, cli::Context& context);

}  // namespace cdckit::opensky_fetch
