// --check: is everything there that a run needs, without printing any row.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/opensky-fetch/feed/feed_settings.hpp"
#include "tools/opensky-fetch/request/request_settings.hpp"
#include "tools/opensky-fetch/service/service_settings.hpp"

namespace cdckit::opensky_fetch {

// One line on stdout per check; the code that a run would end with.
base::ExitCode check_service(const RequestSettings& request,
                             const ServiceSettings& service,
                             const cli::Context& context);
base::ExitCode check_replay(const ReplaySettings& replay, Endpoint endpoint);

}  // namespace cdckit::opensky_fetch
