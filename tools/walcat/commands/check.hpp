// walcat check, and --check of the stream: one line for each thing that a run needs, so that all
// that is missing can be mended at once.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/stream/session_settings.hpp"

namespace cdckit::walcat {

base::ExitCode run_check(const SessionSettings& given, cli::Context& context);

}  // namespace cdckit::walcat
