// What a shell needs to complete a tool's command line: commands, the flags of each, their values.
// Each flag stands in a script once, with the commands that have it. Pure.
#pragma once

#include "common/cli/flag_table.hpp"

#include <string>

namespace cdckit::cli {

// A script for bash, zsh or fish; empty for another shell.
std::string completion(const Tool& tool, const std::string& shell);
// Every flag of every command as one line of JSON, for tests and programs:
// {"command","flag","letter","value","repeatable","choices"}.
std::string flag_lines(const Tool& tool);

}  // namespace cdckit::cli
