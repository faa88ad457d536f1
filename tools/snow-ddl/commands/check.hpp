// --check: the scripts, the connection, the login, the history table.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/commands/settings.hpp"

namespace cdckit::snow_ddl {

// Without a folder only the connection.
base::ExitCode check(const Settings& settings, const cli::Context& context);
// Of the scripts alone, for commands that need no server.
base::ExitCode check_scripts(const ScriptSettings& settings);

}  // namespace cdckit::snow_ddl
