#include "tools/opensky-fetch/rows/state_cursor.hpp"

#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/rows/row_writer.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <algorithm>

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

}  // namespace

TEST_CASE("16 to 19 elements are read, category only when there is one") {
  const RowWriter writer(choose_fields(Endpoint::states, {"position_source", "category"}),
                         TimeFormat::unix);
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
                RowWriter(choose_fields(Endpoint::states, {"sensors", "geo_altitude_m"}),
                          TimeFormat::iso)) == "{\"sensors\":[1,2],\"geo_altitude_m\":463.3}\n");
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

}  // namespace cdckit::opensky_fetch
