#include "tools/snow-put/commands/connect.hpp"

#include "common/log/trying_again.hpp"

namespace cdckit::snow_put {
namespace {

constexpr const char* kUserAgent = "snow-put/" CDCKIT_VERSION " (Linux) CPP/20 (app=cdckit)";

void log_retry(const base::Error& error, std::chrono::milliseconds pause) {
  log::trying_again(error.what(), pause);
}

}  // namespace

snow::SqlApiOptions sql_options(const Reach& reach) {
  return {.user_agent = kUserAgent,
          .allow_http = reach.allow_http,
          .retry = reach.retry,
          .stop = reach.stop,
          .on_retry = log_retry};
}

snow::StreamingOptions streaming_options(const Reach& reach) {
  return {.user_agent = kUserAgent,
          .allow_http = reach.allow_http,
          .retry = reach.retry,
          .on_retry = log_retry,
          .stop = reach.stop};
}

}  // namespace cdckit::snow_put
