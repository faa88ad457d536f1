// walcat peek --summary: runs a peek whose lines are counted instead of printed.
#pragma once

#include "common/cli/run_tool.hpp"

#include <functional>

namespace cdckit::walcat {

// `peek` prints to stdout, which is a pipe into a counting thread while it runs. Afterwards the
// counts are printed, also those of a peek that failed before its error goes on. A `table` for
// people is kept to the end, lines are printed as transactions end.
base::ExitCode run_peek_summary(bool table, const std::function<base::ExitCode()>& peek);

}  // namespace cdckit::walcat
