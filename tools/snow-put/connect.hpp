// How the commands of snow-put reach the service: retry policy, user agent, what is logged.
#pragma once

#include "common/signals/stop.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/options.hpp"
#include "tools/snow-put/transport.hpp"

#include <memory>

namespace cdckit::snow_put {

snow::SqlApiOptions sql_options(const Options& options, signals::StopToken stop);
snow::StreamingOptions streaming_options(const Options& options);
// Signs in before anything is read, so that a wrong key shows at once.
std::unique_ptr<Transport> connected_transport(const snow::ConnectionSettings& settings,
                                               const Options& options);

}  // namespace cdckit::snow_put
