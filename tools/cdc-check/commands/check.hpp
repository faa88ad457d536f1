// cdc-check --check: one line for the rules, the quarantine and the report.
#pragma once

#include "common/cli/run_tool.hpp"

#include <string>

namespace cdckit::cdc_check {

// `report`: may be empty.
base::ExitCode check(const std::string& rules,
                     const std::string& report,
                     const cli::Context& context);

}  // namespace cdckit::cdc_check
