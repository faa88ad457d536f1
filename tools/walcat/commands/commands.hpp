// The small commands beside the stream: slots, status, create, drop, advance.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/options.hpp"

namespace cdckit::walcat {

base::ExitCode run_slots(const Options& options, cli::Context& context);
base::ExitCode run_status(const Options& options, cli::Context& context);
base::ExitCode run_create(const Options& options, cli::Context& context);
base::ExitCode run_drop(const Options& options, cli::Context& context);
base::ExitCode run_advance(const Options& options, cli::Context& context);

}  // namespace cdckit::walcat
