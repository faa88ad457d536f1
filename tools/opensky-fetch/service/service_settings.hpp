// How the service is spoken to, and what its answers may cost.
#pragma once

#include "tools/opensky-fetch/request/budget.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

struct ServiceSettings {
  std::string auth_url =
      "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token";
  std::string credentials{};
  std::string ca_file{};
  bool allow_http = false;
  std::chrono::milliseconds timeout{30'000};
  std::string record{};  // folder of --record
};

struct QuotaSettings {
  std::optional<Budget> budget{};
  std::string state{};  // folder
};

}  // namespace cdckit::opensky_fetch
