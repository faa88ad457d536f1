// pg-load verify: digest lines of a source on stdin (`walcat digest`) against the tables of the
// target, in one snapshot together with the positions stored there.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/target/session.hpp"

#include <string>
#include <vector>

namespace cdckit::pg_load {

void add_verify_flags(std::vector<cli::Flag>& into, VerifyOptions& options);

// 0 equal, 1 differences (one line each on stdout). Throws temporary when they differ but the
// target is at another position than the digests.
base::ExitCode verify(const Options& options, cli::Context& context);

}  // namespace cdckit::pg_load
