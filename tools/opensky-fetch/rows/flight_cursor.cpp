#include "tools/opensky-fetch/rows/flight_cursor.hpp"

#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::array<std::string_view, 12> kNames{"icao24",
                                                  "callsign",
                                                  "firstSeen",
                                                  "lastSeen",
                                                  "estDepartureAirport",
                                                  "estArrivalAirport",
                                                  "estDepartureAirportHorizDistance",
                                                  "estDepartureAirportVertDistance",
                                                  "estArrivalAirportHorizDistance",
                                                  "estArrivalAirportVertDistance",
                                                  "departureAirportCandidatesCount",
                                                  "arrivalAirportCandidatesCount"};

}  // namespace

bool FlightCursor::next(RowValues& values) {
  std::string_view flight;
  if (!flights_.next(flight)) return false;
  if (flight.front() != '{') throw Malformed("a flight is no object");
  values.fill("null");
  ndjson::ObjectCursor cursor(flight);
  for (ndjson::Member member; cursor.next(member);) {
    const auto* found = std::find(kNames.begin(), kNames.end(), member.name);
    if (found == kNames.end()) continue;
    if (member.value.front() == '[' || member.value.front() == '{')
      throw Malformed(fmt::format("{} of a flight is nested", member.name));
    values[static_cast<std::size_t>(found - kNames.begin())] = member.value;
  }
  if (values[0].size() < 3 || values[0].front() != '"') throw Malformed("a flight has no address");
  return true;
}

}  // namespace cdckit::opensky_fetch
