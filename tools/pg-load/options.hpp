// The command line of pg-load.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/pg-load/settings/settings.hpp"

namespace cdckit::pg_load {

// The flag table; `options` must outlive the tool.
cli::Tool declare(Options& options);

}  // namespace cdckit::pg_load
