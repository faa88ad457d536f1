// What scripts made, as it is at the server; and what they would make, on a clone.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/commands/settings.hpp"

namespace cdckit::snow_ddl {

// One line for each object that is not as scripts left it; then 1.
base::ExitCode drift(const Settings& settings, const cli::Context& context);
// Writes the objects of the connection's database as scripts into the folder, one line a file.
// Throws cannot_create for a file that is there.
base::ExitCode pull(const Settings& settings,
                    const std::string& schema,
                    const cli::Context& context);
// The pending scripts on a clone of the connection's database.
base::ExitCode preview(const Settings& settings, const cli::Context& context);

}  // namespace cdckit::snow_ddl
