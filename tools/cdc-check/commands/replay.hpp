// cdc-check replay FILE --rules RULES.yaml: lines of a quarantine that keep the rules now go on in
// their order; what still breaks one is kept back again.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/cdc-check/filter/checker.hpp"

#include <string>

namespace cdckit::cdc_check {

// `file` stays as it is. 1 when a line does not go on.
base::ExitCode replay(const std::string& file, Checker& checker, cli::Context& context);

}  // namespace cdckit::cdc_check
