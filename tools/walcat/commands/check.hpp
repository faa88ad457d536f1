// walcat --check: one line for each thing that a run needs.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/options.hpp"

namespace cdckit::walcat {

base::ExitCode run_check(const Options& options, cli::Context& context);

}  // namespace cdckit::walcat
