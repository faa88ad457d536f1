// --plan: what a poll costs and how often a quota allows it, without asking anything.
#pragma once

#include "common/base/exit_code.hpp"
#include "tools/opensky-fetch/request/budget.hpp"
#include "tools/opensky-fetch/request/request_settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

using Every = std::optional<std::chrono::milliseconds>;  // the pace that was asked for

// Lines of JSON: one `request` for each request of a poll, one `poll` with their sum, one `quota`
// for each class of users, and one for --budget.
std::string plan_text(const RequestSettings& request,
                      Every every,
                      const std::optional<Budget>& budget,
                      std::int64_t now);
// The same on stdout.
base::ExitCode print_plan(const RequestSettings& request,
                          Every every,
                          const std::optional<Budget>& budget);

}  // namespace cdckit::opensky_fetch
