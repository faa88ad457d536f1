// The loop of pg-load: input to the loader of the chosen mode, acknowledgements back.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/pg-load/options.hpp"

namespace cdckit::pg_load {

base::ExitCode run(const Options& options, cli::Context& context);

}  // namespace cdckit::pg_load
