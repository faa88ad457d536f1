#include "tools/opensky-fetch/rows/fields.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::array<Field, 19> kStateFields{{
    {"icao24", 0, FieldKind::text},
    {"callsign", 1, FieldKind::callsign},
    {"origin_country", 2, FieldKind::text},
    {"time_position", 3, FieldKind::time},
    {"last_contact", 4, FieldKind::time},
    {"lon", 5, FieldKind::number},
    {"lat", 6, FieldKind::number},
    {"baro_altitude_m", 7, FieldKind::number},
    {"on_ground", 8, FieldKind::boolean},
    {"velocity_ms", 9, FieldKind::number},
    {"track_deg", 10, FieldKind::number},
    {"vertical_rate_ms", 11, FieldKind::number},
    {"geo_altitude_m", 13, FieldKind::number},
    {"squawk", 14, FieldKind::text},
    {"spi", 15, FieldKind::boolean},
    {"position_source", 16, FieldKind::number},
    {"category", 17, FieldKind::number},
    {"snapshot_time", 0, FieldKind::snapshot_time},
    {"sensors", 12, FieldKind::nested},
}};

// By the order of flight_cursor.cpp.
constexpr std::array<Field, 12> kFlightFields{{
    {"icao24", 0, FieldKind::text},
    {"callsign", 1, FieldKind::callsign},
    {"first_seen", 2, FieldKind::time},
    {"last_seen", 3, FieldKind::time},
    {"est_departure_airport", 4, FieldKind::text},
    {"est_arrival_airport", 5, FieldKind::text},
    {"est_departure_horizontal_distance_m", 6, FieldKind::number},
    {"est_departure_vertical_distance_m", 7, FieldKind::number},
    {"est_arrival_horizontal_distance_m", 8, FieldKind::number},
    {"est_arrival_vertical_distance_m", 9, FieldKind::number},
    {"departure_candidates", 10, FieldKind::number},
    {"arrival_candidates", 11, FieldKind::number},
}};

// By the order of track_cursor.cpp.
constexpr std::array<Field, 10> kTrackFields{{
    {"icao24", 0, FieldKind::text},
    {"callsign", 1, FieldKind::callsign},
    {"start_time", 2, FieldKind::time},
    {"end_time", 3, FieldKind::time},
    {"time", 4, FieldKind::time},
    {"lat", 5, FieldKind::number},
    {"lon", 6, FieldKind::number},
    {"baro_altitude_m", 7, FieldKind::number},
    {"track_deg", 8, FieldKind::number},
    {"on_ground", 9, FieldKind::boolean},
}};

std::span<const Field> all_fields(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::states:
      return kStateFields;
    case Endpoint::flights:
      return kFlightFields;
    case Endpoint::track:
      break;
  }
  return kTrackFields;
}

std::string all_names(std::span<const Field> fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) names.push_back(field.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<Field> default_fields(Endpoint endpoint, bool extended) {
  std::vector<Field> chosen;
  for (const Field& field : all_fields(endpoint)) {
    if (field.kind == FieldKind::nested || (field.name == "category" && !extended)) continue;
    chosen.push_back(field);
  }
  return chosen;
}

std::vector<Field> choose_fields(Endpoint endpoint, const std::vector<std::string>& names) {
  const std::span<const Field> fields = all_fields(endpoint);
  std::vector<Field> chosen;
  for (const std::string& name : names) {
    const auto same = [&](const Field& field) { return field.name == name; };
    const auto found = std::find_if(fields.begin(), fields.end(), same);
    if (found == fields.end()) {
      throw std::invalid_argument(
          fmt::format("there is no field \"{}\" among {}", name, all_names(fields)));
    }
    if (std::any_of(chosen.begin(), chosen.end(), same)) {
      throw std::invalid_argument(fmt::format("the field \"{}\" is named twice", name));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace cdckit::opensky_fetch
