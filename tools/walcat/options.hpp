// walcat's flags: the struct that they fill, the table that declares them, and the checks that need
// no I/O.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/commands/digest.hpp"
#include "tools/walcat/commands/slot_flags.hpp"
#include "tools/walcat/stream/session_settings.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

struct Options {
  SessionSettings session;
  bool schema_only = false;
  DigestOptions digest;
  SlotCommandOptions slots;
  std::vector<std::string> again;  // tables of walcat snapshot
};

cli::Tool declare(Options& options);

// Cross-checks; throw usage with a hint.
void check_stream_options(const Options& options, const cli::CommonOptions& common);

}  // namespace cdckit::walcat
