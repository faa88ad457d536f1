// `replay`: writes dead letters back to where they came from, each once: its place is kept in the
// group `<TOPIC>.replay`. What is in the topic when it begins is written back, no more, so that a
// letter that fails again is not written back again.
#pragma once

#include "tools/kcat-cdc/commands/list.hpp"

namespace cdckit::kcat_cdc {

// Prints one receipt. Records that are no dead letters are left out: exit code 1.
base::ExitCode replay(const Cluster& cluster, const CommandOptions& options, cli::Context& context);

}  // namespace cdckit::kcat_cdc
