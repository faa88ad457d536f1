// Turns argv and a --config file into calls of the flags' setters. CLI11 stays in this file's .cpp.
#pragma once

#include "common/cli/flag_table.hpp"

#include <string>
#include <vector>

namespace cdckit::cli {

struct Parsed {
  bool help = false;
  bool version = false;
  std::vector<std::string> config_tables;  // names of the tables in the --config file
  // hidden: man-options, flags, complete-bash, complete-zsh, complete-fish
  std::string generate;
};

// The command that argv asks for; `arguments` is left with what follows its name. Throws usage.
const Command& choose_command(const Tool& tool, std::vector<std::string>& arguments);

// Calls set() for every flag given, in the order of the table; positionals in their order. With
// help, version or generate nothing is set. Throws usage, config for the --config file. `commands`
// are the names of the tool's commands, for hints.
Parsed parse_flags(const Command& command,
                   const std::vector<Flag>& flags,
                   std::vector<std::string> arguments,
                   const std::vector<std::string>& commands = {});

}  // namespace cdckit::cli
