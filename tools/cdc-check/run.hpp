// What each command of cdc-check does with its options.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/cdc-check/options.hpp"

namespace cdckit::cdc_check {

base::ExitCode run(const Options& options, cli::Context& context);
base::ExitCode run_replay(const Options& options, cli::Context& context);
base::ExitCode run_import(const Options& options, cli::Context& context);

}  // namespace cdckit::cdc_check
