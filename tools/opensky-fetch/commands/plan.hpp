// --plan: what a poll costs and how often a quota allows it, without asking anything.
#pragma once

#include "common/base/exit_code.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <cstdint>
#include <string>

namespace cdckit::opensky_fetch {

// Lines of JSON: one `request` for each request of a poll, one `poll` with their sum, one `quota`
// for each class of users, and one for --budget.
std::string plan_text(const Options& options, std::int64_t now);
// The same on stdout.
base::ExitCode print_plan(const Options& options);

}  // namespace cdckit::opensky_fetch
