#include "tools/opensky-fetch/rows/each_row.hpp"

#include "tests/unit/tools/opensky-fetch/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string state(const std::string& address) {
  std::string text = kOneState;
  return text.replace(text.find("4b1803"), 6, address);
}

}  // namespace

TEST_CASE("an aircraft in two boxes comes once, as the first has it") {
  const std::string first = "[" + state("aaaaaa") + "," + state("bbbbbb") + "]";
  const std::string second = "[" + state("bbbbbb") + "," + state("cccccc") + "]";
  std::string seen;
  const Snapshot snapshot{1, {first, "", second}};
  each_row(Endpoint::states, snapshot, [&](const RowValues& values) { seen += values[0]; });
  CHECK(seen == R"("aaaaaa""bbbbbb""cccccc")");
  CHECK(count_rows(Endpoint::states, {1, {first, second}}) == 3);
}

TEST_CASE("a flight is the same when aircraft and first instant are") {
  const std::string first = R"([{"icao24":"a","firstSeen":1},{"icao24":"a","firstSeen":2}])";
  const std::string second = R"([{"icao24":"a","firstSeen":2},{"icao24":"b","firstSeen":2}])";
  CHECK(count_rows(Endpoint::flights, {1, {first, second, ""}}) == 3);
}

TEST_CASE("waypoints are never the same") {
  const std::string track = R"({"icao24":"a","path":[[1,2,3,4,5,true],[1,2,3,4,5,true]]})";
  CHECK(count_rows(Endpoint::track, {1, {track, track, ""}}) == 4);
}

}  // namespace cdckit::opensky_fetch
