// Which part of the service is asked; each has its own shape of answer, and its own bucket of
// credits.
#pragma once

#include <string_view>

namespace cdckit::opensky_fetch {

enum class Endpoint { states, flights, track };

// Also the `scope` of a snapshot's borders.
constexpr std::string_view name_of(Endpoint endpoint) noexcept {
  switch (endpoint) {
    case Endpoint::states:
      return "states";
    case Endpoint::flights:
      return "flights";
    case Endpoint::track:
      return "track";
  }
  return "";
}

}  // namespace cdckit::opensky_fetch
