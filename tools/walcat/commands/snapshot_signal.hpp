// walcat snapshot TABLE...: asks the walcat that reads a slot to read tables again while it
// streams.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/options.hpp"

namespace cdckit::walcat {

base::ExitCode run_snapshot_signal(const Options& options, cli::Context& context);

}  // namespace cdckit::walcat
