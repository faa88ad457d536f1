// What is asked, and of which service.
#pragma once

#include "tools/opensky-fetch/request/box.hpp"
#include "tools/opensky-fetch/request/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

struct RequestSettings {
  Endpoint endpoint = Endpoint::states;
  std::string url = "https://opensky-network.org/api";
  std::vector<Box> boxes{};  // once resolved: the areas', too, and none across the date line
  std::vector<std::string> areas{};  // names
  std::string area_file{};
  std::vector<std::string> icao24{};
  std::vector<std::string> serials{};
  bool own = false;
  bool extended = false;               // once resolved: also when a field needs it
  std::optional<std::int64_t> time{};  // Unix seconds, as the next two
  std::optional<std::int64_t> begin{};
  std::optional<std::int64_t> end{};
  std::string arrival{};  // airports
  std::string departure{};
};

// Names become boxes, and boxes across the date line two. Throws as find_area().
void resolve_areas(RequestSettings& request);

}  // namespace cdckit::opensky_fetch
