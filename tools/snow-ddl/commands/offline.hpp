// What needs no server: scripts looked at, and as they are sent.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/scripts/script.hpp"

namespace cdckit::snow_ddl {

// One line for each finding; then 1.
base::ExitCode lint(const ScriptSettings& settings);
base::ExitCode render_scripts(const ScriptSettings& settings);

struct Finding {
  std::string script;  // its path
  std::size_t line = 0;
  std::string text;
};
std::vector<Finding> findings_of(const Script& script);

}  // namespace cdckit::snow_ddl
