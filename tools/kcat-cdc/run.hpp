// What each command of kcat-cdc does: settings are read, then the command's loop runs.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/kcat-cdc/options.hpp"

namespace cdckit::kcat_cdc {

base::ExitCode run_produce(const Options& options, cli::Context& context);
base::ExitCode run_consume(const Options& options, cli::Context& context);

enum class Command { topics, groups, lag, reset, replay, check };
base::ExitCode run_command(const Options& options, cli::Context& context, Command command);

}  // namespace cdckit::kcat_cdc
