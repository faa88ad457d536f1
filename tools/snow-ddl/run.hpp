// The commands: connection, scripts and history put together.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/options.hpp"

namespace cdckit::snow_ddl {

base::ExitCode run_plan(const Options& options, cli::Context& context);
base::ExitCode run_apply(const Options& options, cli::Context& context);
base::ExitCode run_status(const Options& options, cli::Context& context);
base::ExitCode run_query(const Options& options, cli::Context& context);

}  // namespace cdckit::snow_ddl
