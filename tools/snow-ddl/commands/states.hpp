// What the history says of the scripts, and what is said to it without running anything.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/commands/settings.hpp"

namespace cdckit::snow_ddl {

base::ExitCode status(const Settings& settings, const cli::Context& context);
// One line for each script that is not as it was applied; then 1.
base::ExitCode verify(const Settings& settings, const cli::Context& context);
// Takes what ran as it stands in the files now, forgets failures.
base::ExitCode repair(const Settings& settings, const cli::Context& context);
// Takes versions up to the target for applied; repeatable ones when asked.
base::ExitCode baseline(const Settings& settings, bool repeatables, const cli::Context& context);

}  // namespace cdckit::snow_ddl
