// The flags that every tool, every source and every sink has, bound to CommonOptions.
#pragma once

#include "common/cli/flag_table.hpp"
#include "common/cli/run_tool.hpp"
#include "common/log/log.hpp"

namespace cdckit::cli {

// All flags of one command: its own first, then the shared ones. `options` must outlive them.
std::vector<Flag> all_flags(const Command& command, CommonOptions& options);

// What --color says.
log::Color color_wish(const CommonOptions& options);

// Contradictions between shared flags. Throws usage.
void check_common(const CommonOptions& options);

}  // namespace cdckit::cli
