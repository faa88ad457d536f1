#include "tools/opensky-fetch/rows/fields.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("the default order is the published one") {
  std::string names;
  for (const Field& field : default_fields(Endpoint::states, true))
    names += std::string(field.name) + " ";
  CHECK(names ==
        "icao24 callsign origin_country time_position last_contact lon lat baro_altitude_m "
        "on_ground velocity_ms "
        "track_deg vertical_rate_ms geo_altitude_m squawk spi position_source category "
        "snapshot_time ");
}

TEST_CASE("chosen fields keep the given order") {
  const auto fields = choose_fields(Endpoint::states, {"snapshot_time", "sensors", "icao24"});
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].kind == FieldKind::snapshot_time);
  CHECK(fields[1].index == 12);
  CHECK(fields[2].index == 0);
}

TEST_CASE("an unknown or doubled field is refused by name") {
  CHECK_THROWS_WITH_AS((void)choose_fields(Endpoint::states, {"lon", "altitude"}),
                       doctest::Contains("no field \"altitude\" among icao24,"),
                       std::invalid_argument);
  CHECK_THROWS_AS((void)choose_fields(Endpoint::states, {"lon", "lon"}), std::invalid_argument);
  CHECK_THROWS_AS((void)choose_fields(Endpoint::states, {""}), std::invalid_argument);
}

TEST_CASE("each endpoint has fields of its own") {
  CHECK(default_fields(Endpoint::flights, false).size() == 12);
  CHECK(choose_fields(Endpoint::flights, {"est_arrival_airport"}).front().index == 5);
  CHECK(default_fields(Endpoint::track, false).size() == 10);
  CHECK_THROWS_AS((void)choose_fields(Endpoint::track, {"squawk"}), std::invalid_argument);
}

}  // namespace cdckit::opensky_fetch
