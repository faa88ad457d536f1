#include "tools/snow-put/transport.hpp"

#include <utility>

namespace cdckit::snow_put {
namespace {

bool is_outage(const base::Error& error) {
  const auto* transport = dynamic_cast<const http::TransportError*>(&error);
  return transport != nullptr && transport->failure() == http::Failure::connect;
}

snow::StreamingOptions counting(snow::StreamingOptions options, std::uint64_t& outages) {
  options.on_retry = [&outages, next = std::move(options.on_retry)](const base::Error& error,
                                                                    std::chrono::milliseconds pause) {
    if (is_outage(error)) ++outages;
    if (next) next(error, pause);
  };
  return options;
}

}  // namespace

SnowTransport::SnowTransport(const snow::ConnectionSettings& settings,
                             snow::StreamingOptions options)
    : client_(settings, counting(std::move(options), outages_)) {}

}  // namespace cdckit::snow_put
