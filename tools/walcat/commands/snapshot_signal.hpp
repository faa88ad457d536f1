// walcat snapshot TABLE...: asks the walcat that reads a slot to read tables again while it
// streams.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/server/settings.hpp"

namespace cdckit::walcat {

base::ExitCode run_snapshot_signal(const ConnectSettings& server,
                                   const std::string& slot,
                                   const std::vector<std::string>& tables,
                                   cli::Context& context);

}  // namespace cdckit::walcat
