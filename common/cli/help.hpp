// The texts that come from the flag table: --help, the OPTIONS part of the man page. Pure.
#pragma once

#include "common/cli/flag_table.hpp"

#include <string>

namespace cdckit::cli {

std::string help_text(const Tool& tool, const Command& command, const std::vector<Flag>& flags);
// All commands, for a tool that has only subcommands and got none.
std::string overview_text(const Tool& tool);
// `walcat 0.1.0` and the libraries.
std::string version_text(const Tool& tool);
// Markdown: OPTIONS of all commands, as man/<tool>.1.md holds it between its two markers.
std::string man_options(const Tool& tool);

}  // namespace cdckit::cli
