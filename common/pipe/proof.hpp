// What counts to a source as having arrived, as --ack says it.
#pragma once

#include "common/cli/run_tool.hpp"

#include <string>
#include <vector>

namespace cdckit::pipe {

enum class Proof {
  acks,     // every ack file says so
  written,  // stdout took it: --ack stdout, and where nothing is kept anyway
  none,     // nothing ever: nothing is let go
};

// True for `--ack stdout`: no file, what stdout took counts.
bool acks_by_stdout(const cli::CommonOptions& options);
// The files that --ack names.
std::vector<std::string> ack_files(const cli::CommonOptions& options);
// Throws usage for `--ack stdout` beside a file.
void check_ack_flags(const cli::CommonOptions& options);

}  // namespace cdckit::pipe
