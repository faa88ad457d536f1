// What each command of kcat-cdc does: settings are read, then the command's loop runs.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/kcat-cdc/options.hpp"

namespace cdckit::kcat_cdc {

base::ExitCode run_produce(const Options& options, cli::Context& context);
base::ExitCode run_consume(const Options& options, cli::Context& context);
base::ExitCode run_topics(const Options& options, cli::Context& context);
base::ExitCode run_groups(const Options& options, cli::Context& context);
base::ExitCode run_lag(const Options& options, cli::Context& context);
base::ExitCode run_check(const Options& options, cli::Context& context);

}  // namespace cdckit::kcat_cdc
