// Runs what is not applied yet; takes versions back.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/commands/settings.hpp"

namespace cdckit::snow_ddl {

base::ExitCode apply(const Settings& settings, const ApplyFlags& flags, cli::Context& context);
// The newest applied version, or all above the target, by their U scripts.
base::ExitCode undo(const Settings& settings, cli::Context& context);

}  // namespace cdckit::snow_ddl
