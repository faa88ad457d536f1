#include "tools/opensky-fetch/rows/state_row.hpp"

#include "tests/unit/tools/opensky-fetch/support.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string rows_of(const std::string& states, RowWriter writer) {
  std::string out;
  writer.begin_snapshot(1790000000);
  StateCursor cursor(states);
  for (StateVector state; cursor.next(state);) writer.append(out, state);
  return out;
}

std::string rows_of(const std::string& states) {
  return rows_of(states, RowWriter(default_fields(false), TimeFormat::iso));
}

std::string callsign_row(const std::string& token) {
  const std::string state = "[\"4b1803\"," + token + kOneState.substr(kOneState.find(",\"Swi"));
  return rows_of("[" + state + "]", RowWriter(choose_fields({"callsign"}), TimeFormat::iso));
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
                RowWriter(choose_fields({"lon", "lat", "baro_altitude_m", "track_deg"}),
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

TEST_CASE("16 to 19 elements are read, category only when there is one") {
  const RowWriter writer(choose_fields({"position_source", "category"}), TimeFormat::unix);
  const std::string head = kOneState.substr(0, kOneState.size() - 3);  // 16 elements
  CHECK(rows_of("[" + head + "]]", writer) == "{\"position_source\":null,\"category\":null}\n");
  CHECK(rows_of("[" + head + ",2]]", writer) == "{\"position_source\":2,\"category\":null}\n");
  CHECK(rows_of("[" + head + ",2,-1]]", writer) == "{\"position_source\":2,\"category\":-1}\n");
  CHECK(rows_of("[" + head + ",2,4,[{}],\"]\" ] ]", writer) ==
        "{\"position_source\":2,\"category\":4}\n");
}

TEST_CASE("sensors may be an array, nothing else may") {
  std::string state = kOneState;
  state.replace(state.find(",null,463"), 5, ",[1,2]");
  CHECK(rows_of("[" + state + "]",
                RowWriter(choose_fields({"sensors", "geo_altitude_m"}), TimeFormat::iso)) ==
        "{\"sensors\":[1,2],\"geo_altitude_m\":463.3}\n");
  state.replace(state.find("8.5512"), 6, "[8]");
  CHECK_THROWS_AS((void)rows_of("[" + state + "]"), Malformed);
}

TEST_CASE("several states are walked, with any spaces between them") {
  const std::string rows = rows_of("[ " + kOneState + " ,\n " + kOneState + "\t]");
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 2);
  CHECK(rows_of("[]").empty());
  CHECK(rows_of("").empty());
}

TEST_CASE("what is no state vector is malformed") {
  for (const char* states : {"[1]", "[{}]", "[null]", "[[]]", "[[\"4b1803\"]]", "[\"x\"]"}) {
    CAPTURE(states);
    CHECK_THROWS_AS((void)rows_of(states), Malformed);
  }
  std::string nameless = kOneState;
  nameless.replace(1, 8, "null");
  CHECK_THROWS_AS((void)rows_of("[" + nameless + "]"), Malformed);
  std::string timeless = kOneState;
  timeless.replace(timeless.find("1789999999"), 10, "\"noon\"");
  CHECK_THROWS_AS((void)rows_of("[" + timeless + "]"), Malformed);
}

TEST_CASE("the estimate is not too small") {
  const RowWriter writer(default_fields(false), TimeFormat::iso);
  std::string states = "[" + kOneState;
  for (int i = 0; i < 99; ++i) states += "," + kOneState;
  states += "]";
  CHECK(writer.estimate(states) >= rows_of(states).size());
  CHECK(writer.estimate(states) <= 2 * rows_of(states).size());
}

}  // namespace cdckit::opensky_fetch
