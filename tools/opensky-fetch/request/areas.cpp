#include "tools/opensky-fetch/request/areas.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "common/config/toml.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cdckit::opensky_fetch {
namespace {

// Rounded outwards: an area is there to be seen whole, not to be measured. Switzerland is the box
// of the service's own documentation.
constexpr std::array<std::pair<std::string_view, const char*>, 20> kAreas{{
    {"alps", "43.5,5,48.5,16.5"},
    {"australia", "-44,112,-10,154"},
    {"austria", "46.3,9.5,49.1,17.2"},
    {"benelux", "49.4,2.5,53.6,7.3"},
    {"europe", "34,-25,72,45"},
    {"fiji", "-21,176,-12,-178"},
    {"france", "41.3,-5.2,51.1,9.6"},
    {"germany", "47.2,5.8,55.1,15.1"},
    {"iberia", "35.9,-9.6,43.9,4.4"},
    {"iceland", "63.2,-24.6,66.6,-13.4"},
    {"ireland", "51.3,-10.7,55.5,-5.3"},
    {"italy", "36.5,6.6,47.1,18.6"},
    {"japan", "24,122.9,45.6,146"},
    {"new-zealand", "-48,166,-34,179"},
    {"nordics", "54.5,4,71.3,31.6"},
    {"poland", "49,14.1,54.9,24.2"},
    {"switzerland", "45.8389,5.9962,47.8229,10.5226"},
    {"united-kingdom", "49.8,-8.7,60.9,1.8"},
    {"usa", "24.3,-125,49.5,-66.8"},
    {"world", "-90,-180,90,180"},
}};

Box box_of(const std::vector<std::string>& numbers,
           const std::string& name,
           const std::string& file) {
  try {
    return parse_box(fmt::format("{}", fmt::join(numbers, ",")));
  } catch (const std::invalid_argument& error) {
    throw base::Error(
        base::ErrorKind::config,
        fmt::format("could not use area \"{}\" of \"{}\": {}", name, file, error.what()),
        "An area reads name = [S, W, N, E], in degrees.");
  }
}

}  // namespace

std::string built_in_areas() {
  std::vector<std::string_view> names;
  for (const auto& area : kAreas) names.push_back(area.first);
  return fmt::format("{}", fmt::join(names, ", "));
}

Box find_area(const std::string& name, const std::string& file) {
  if (!file.empty()) {
    const config::Document document = config::read_toml(file);
    const auto top = document.find("");
    if (top != document.end()) {
      const auto found = top->second.find(name);
      if (found != top->second.end()) return box_of(found->second, name, file);
    }
  }
  const auto* found = std::find_if(
      kAreas.begin(), kAreas.end(), [&](const auto& area) { return area.first == name; });
  if (found != kAreas.end()) return parse_box(found->second);
  std::vector<std::string> names;
  for (const auto& area : kAreas) names.emplace_back(area.first);
  throw base::Error(
      base::ErrorKind::usage,
      fmt::format("could not find area \"{}\"", name),
      cli::near_miss_first(
          name,
          names,
          fmt::format("There are {}; --area-file names a file with more.", built_in_areas())));
}

}  // namespace cdckit::opensky_fetch
