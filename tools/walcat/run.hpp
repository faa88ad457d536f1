// The commands that print changes: walcat itself and walcat peek.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/options.hpp"

namespace cdckit::walcat {

base::ExitCode run_stream(const Options& options, cli::Context& context);
base::ExitCode run_peek(const Options& given, cli::Context& context);

}  // namespace cdckit::walcat
