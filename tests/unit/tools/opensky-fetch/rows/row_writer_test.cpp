#include "tools/opensky-fetch/rows/row_writer.hpp"

#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"
#include "tools/opensky-fetch/rows/state_cursor.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string rows_of(const std::string& states, RowWriter writer) {
  std::string out;
  writer.begin_snapshot(1790000000);
  StateCursor cursor(states);
  for (RowValues values; cursor.next(values);) writer.append(out, values);
  return out;
}

std::string rows_of(const std::string& states) {
  return rows_of(states, RowWriter(default_fields(Endpoint::states, false), TimeFormat::iso));
}

std::string callsign_row(const std::string& token) {
  const std::string state = "[\"4b1803\"," + token + kOneState.substr(kOneState.find(",\"Swi"));
  return rows_of("[" + state + "]",
                 RowWriter(choose_fields(Endpoint::states, {"callsign"}), TimeFormat::iso));
}

}  // namespace

TEST_CASE("a state vector becomes a row of named fields, digit by digit") {
  CHECK(rows_of("[" + kOneState + "]") ==
        R"({"icao24":"4b1803","callsign":"SWR12AB","origin_country":"Switzerland",)"
        R"("time_position":"2026-09-21T14:13:19Z","last_contact":"2026-09-21T14:13:20Z",)"
        R"("lon":8.5512,"lat":47.4581,)"
        R"("baro_altitude_m":411.48,"on_ground":false,"velocity_ms":71.2,"track_deg":274.5,)"
        R"("vertical_rate_ms":-3.9,)"
        R"("geo_altitude_m":463.3,"squawk":"1000","spi":false,"position_source":0,)"
        R"("snapshot_time":"2026-09-21T14:13:20Z"})"
        "\n");
}

TEST_CASE("numbers keep their digits: an integer, a long fraction, an exponent") {
  const std::string state =
      R"(["4b1803",null,"X",null,null,8,47.10000000000000001,1e3,false,0,-0.0,null,null,null,)"
      R"(null,false,0])";
  CHECK(rows_of("[" + state + "]",
                RowWriter(
                    choose_fields(Endpoint::states, {"lon", "lat", "baro_altitude_m", "track_deg"}),
                    TimeFormat::iso)) ==
        "{\"lon\":8,\"lat\":47.10000000000000001,\"baro_altitude_m\":1e3,\"track_deg\":-0.0}\n");
}

TEST_CASE("a callsign is trimmed, and a blank one is null") {
  CHECK(callsign_row("\"SWR1   \"") == "{\"callsign\":\"SWR1\"}\n");
  CHECK(callsign_row("\"        \"") == "{\"callsign\":null}\n");
  CHECK(callsign_row("\"\"") == "{\"callsign\":null}\n");
  CHECK(callsign_row("null") == "{\"callsign\":null}\n");
  CHECK(callsign_row("\"A\\u0042\\\" \"") == "{\"callsign\":\"AB\\\"\"}\n");
  CHECK_THROWS_AS((void)callsign_row("17"), Malformed);
}

TEST_CASE("the estimate is not too small") {
  const RowWriter writer(default_fields(Endpoint::states, false), TimeFormat::iso);
  std::string states = "[" + kOneState;
  for (int i = 0; i < 99; ++i) states += "," + kOneState;
  states += "]";
  CHECK(writer.estimate(states) >= rows_of(states).size());
  CHECK(writer.estimate(states) <= 2 * rows_of(states).size());
}

TEST_CASE("a value of a wrong type is malformed, whatever the field") {
  struct Case {
    const char* from;
    const char* to;
  };
  for (const Case& c : {Case{"\"Switzerland\"", "1"},
                        Case{"8.5512", "\"8.5\""},
                        Case{"411.48", "true"},
                        Case{"false,71.2", "0,71.2"},
                        Case{"274.5", "false"},
                        Case{"\"1000\"", "1000"},
                        Case{"false,0]", "\"no\",0]"},
                        Case{"1790000000", "-1"},
                        Case{"1790000000", "99999999999999999999"},
                        Case{"\"SWR12AB \"", "false"}}) {
    CAPTURE(c.to);
    std::string state = kOneState;
    state.replace(state.find(c.from), std::string(c.from).size(), c.to);
    CHECK_THROWS_AS((void)rows_of("[" + state + "]"), Malformed);
  }
}

TEST_CASE("a field that is not printed is not judged") {
  std::string state = kOneState;
  state.replace(state.find("8.5512"), 6, "\"x\"");
  CHECK(rows_of("[" + state + "]",
                RowWriter(choose_fields(Endpoint::states, {"icao24"}), TimeFormat::iso)) ==
        "{\"icao24\":\"4b1803\"}\n");
}

}  // namespace cdckit::opensky_fetch
