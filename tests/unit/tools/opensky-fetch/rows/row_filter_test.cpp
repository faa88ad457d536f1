#include "tools/opensky-fetch/rows/row_filter.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

StateVector at(std::string_view address, std::string_view lon, std::string_view lat) {
  StateVector state;
  state.fill("null");
  state[0] = address;
  state[5] = lon;
  state[6] = lat;
  return state;
}

}  // namespace

TEST_CASE("without a wish all pass") {
  CHECK(RowFilter().passes(at("\"a\"", "null", "null")));
}

TEST_CASE("only the named aircraft pass") {
  const RowFilter filter({"bbbbbb", "aaaaaa"}, std::nullopt);
  CHECK(filter.passes(at("\"aaaaaa\"", "1", "1")));
  CHECK(filter.passes(at("\"bbbbbb\"", "1", "1")));
  CHECK_FALSE(filter.passes(at("\"cccccc\"", "1", "1")));
}

TEST_CASE("only what is in the box passes, its borders included") {
  const RowFilter filter({}, parse_box("45,5,47,10"));
  CHECK(filter.passes(at("\"a\"", "5", "47.0")));
  CHECK_FALSE(filter.passes(at("\"a\"", "4.999", "46")));
  CHECK_FALSE(filter.passes(at("\"a\"", "7", "47.0001")));
  CHECK_FALSE(filter.passes(at("\"a\"", "null", "46")));
}

}  // namespace cdckit::opensky_fetch
