// How the commands of snow-put reach the service: retry policy, user agent, what is logged.
#pragma once

#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"
#include "common/snow/sql_api.hpp"
#include "common/snow/streaming_session.hpp"

namespace cdckit::snow_put {

struct Reach {
  retry::Policy retry;
  bool allow_http = false;
  signals::StopToken stop;
};

snow::SqlApiOptions sql_options(const Reach& reach);
// Draining goes on after a stop was requested; a second signal ends all.
snow::StreamingOptions streaming_options(const Reach& reach);

}  // namespace cdckit::snow_put
