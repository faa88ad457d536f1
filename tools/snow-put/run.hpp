// The commands of snow-put.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-put/options.hpp"

namespace cdckit::snow_put {

base::ExitCode run_put(const Options& options, cli::Context& context);
base::ExitCode run_merge(const Options& options, cli::Context& context);
base::ExitCode run_verify(const Options& options, cli::Context& context);
base::ExitCode run_files(const Options& options, cli::Context& context);
base::ExitCode run_status(const Options& options, cli::Context& context);
base::ExitCode run_channels(const Options& options, cli::Context& context);
base::ExitCode run_check(const Options& options, signals::StopToken stop);

}  // namespace cdckit::snow_put
