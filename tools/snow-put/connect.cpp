#include "tools/snow-put/connect.hpp"

#include "common/base/text.hpp"
#include "common/log/log.hpp"

namespace cdckit::snow_put {
namespace {

constexpr const char* kUserAgent = "snow-put/" CDCKIT_VERSION " (Linux) CPP/20 (app=cdckit)";

void log_retry(const base::Error& error, std::chrono::milliseconds pause) {
  log::warning(std::string(error.what()) + "; trying again in " + base::format_duration(pause));
}

}  // namespace

snow::SqlApiOptions sql_options(const Options& options, signals::StopToken stop) {
  return {.user_agent = kUserAgent,
          .allow_http = options.allow_http,
          .retry = options.retry_policy(),
          .stop = stop,
          .on_retry = log_retry};
}

snow::StreamingOptions streaming_options(const Options& options) {
  // Draining goes on after a stop was requested, so pauses are slept out; a second signal ends all.
  return {.user_agent = kUserAgent,
          .allow_http = options.allow_http,
          .retry = options.retry_policy(),
          .on_retry = log_retry,
          .sleep = {}};
}

std::unique_ptr<Transport> connected_transport(const snow::ConnectionSettings& settings,
                                               const Options& options) {
  auto transport = std::make_unique<SnowTransport>(settings, streaming_options(options));
  transport->connect();
  return transport;
}

}  // namespace cdckit::snow_put
