#include "tools/opensky-fetch/request/request_settings.hpp"

#include "tools/opensky-fetch/request/areas.hpp"

#include <utility>

namespace cdckit::opensky_fetch {

void resolve_areas(RequestSettings& request) {
  std::vector<Box> whole = std::exchange(request.boxes, {});
  for (const std::string& name : std::exchange(request.areas, {})) {
    whole.push_back(find_area(name, request.area_file));
  }
  for (const Box& box : whole) {
    for (Box& part : split_at_date_line(box)) request.boxes.push_back(std::move(part));
  }
}

}  // namespace cdckit::opensky_fetch
