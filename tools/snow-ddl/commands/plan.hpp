// What would be run, and why.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/commands/settings.hpp"

namespace cdckit::snow_ddl {

base::ExitCode plan(const Settings& settings, const PlanFlags& flags, const cli::Context& context);

}  // namespace cdckit::snow_ddl
