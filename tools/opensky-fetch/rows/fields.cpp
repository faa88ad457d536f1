#include "tools/opensky-fetch/rows/fields.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::array<Field, 19> kFields{{
    {"icao24", 0, FieldKind::plain},
    {"callsign", 1, FieldKind::callsign},
    {"origin_country", 2, FieldKind::plain},
    {"time_position", 3, FieldKind::time},
    {"last_contact", 4, FieldKind::time},
    {"lon", 5, FieldKind::plain},
    {"lat", 6, FieldKind::plain},
    {"baro_altitude_m", 7, FieldKind::plain},
    {"on_ground", 8, FieldKind::plain},
    {"velocity_ms", 9, FieldKind::plain},
    {"track_deg", 10, FieldKind::plain},
    {"vertical_rate_ms", 11, FieldKind::plain},
    {"geo_altitude_m", 13, FieldKind::plain},
    {"squawk", 14, FieldKind::plain},
    {"spi", 15, FieldKind::plain},
    {"position_source", 16, FieldKind::plain},
    {"category", 17, FieldKind::plain},
    {"snapshot_time", 0, FieldKind::snapshot_time},
    {"sensors", 12, FieldKind::nested},
}};

std::string all_names() {
  std::vector<std::string_view> names;
  for (const Field& field : kFields) names.push_back(field.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<Field> default_fields(bool extended) {
  std::vector<Field> chosen;
  for (const Field& field : kFields) {
    if (field.kind == FieldKind::nested || (field.name == "category" && !extended)) continue;
    chosen.push_back(field);
  }
  return chosen;
}

std::vector<Field> choose_fields(const std::vector<std::string>& names) {
  std::vector<Field> chosen;
  for (const std::string& name : names) {
    const auto same = [&](const Field& field) { return field.name == name; };
    const auto* found = std::find_if(kFields.begin(), kFields.end(), same);
    if (found == kFields.end()) {
      throw std::invalid_argument(
          fmt::format("there is no field \"{}\" among {}", name, all_names()));
    }
    if (std::any_of(chosen.begin(), chosen.end(), same)) {
      throw std::invalid_argument(fmt::format("the field \"{}\" is named twice", name));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace cdckit::opensky_fetch
