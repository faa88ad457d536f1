#include "tools/snow-put/transport.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace cdckit::snow_put {
namespace {

bool is_outage(const base::Error& error) {
  const auto* transport = dynamic_cast<const http::TransportError*>(&error);
  return transport != nullptr && transport->failure() == http::Failure::connect;
}

// Sleeps in slices; true when it was cut short.
bool sleep_unless(const std::atomic<bool>& cancelled, std::chrono::milliseconds pause) {
  constexpr std::chrono::milliseconds kSlice{50};
  const auto end = std::chrono::steady_clock::now() + pause;
  while (!cancelled && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::min(pause, kSlice));
  }
  return cancelled;
}

snow::StreamingOptions watched(snow::StreamingOptions options,
                               std::uint64_t& outages,
                               const std::atomic<bool>& cancelled) {
  options.on_retry = [&outages, next = std::move(options.on_retry)](
                         const base::Error& error, std::chrono::milliseconds pause) {
    if (is_outage(error)) ++outages;
    if (next) next(error, pause);
  };
  options.sleep = [&cancelled](std::chrono::milliseconds pause) {
    return sleep_unless(cancelled, pause);
  };
  return options;
}

}  // namespace

SnowTransport::SnowTransport(const snow::ConnectionSettings& settings,
                             snow::StreamingOptions options)
    : client_(settings, watched(std::move(options), outages_, cancelled_)) {}

}  // namespace cdckit::snow_put
