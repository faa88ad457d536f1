#include "tools/opensky-fetch/rows/row_filter.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

RowValues at(std::string_view address, std::string_view lon, std::string_view lat) {
  RowValues state;
  state.fill("null");
  state[0] = address;
  state[5] = lon;
  state[6] = lat;
  return state;
}

}  // namespace

TEST_CASE("without a wish all pass") {
  CHECK(RowFilter({}, {}).passes(at("\"a\"", "null", "null")));
}

TEST_CASE("only the named aircraft pass") {
  const RowFilter filter({"bbbbbb", "aaaaaa"}, {});
  CHECK(filter.passes(at("\"aaaaaa\"", "1", "1")));
  CHECK(filter.passes(at("\"bbbbbb\"", "1", "1")));
  CHECK_FALSE(filter.passes(at("\"cccccc\"", "1", "1")));
}

TEST_CASE("only what is in the box passes, its borders included") {
  const RowFilter filter({}, {parse_box("45,5,47,10")});
  CHECK(filter.passes(at("\"a\"", "5", "47.0")));
  CHECK_FALSE(filter.passes(at("\"a\"", "4.999", "46")));
  CHECK_FALSE(filter.passes(at("\"a\"", "7", "47.0001")));
  CHECK_FALSE(filter.passes(at("\"a\"", "null", "46")));
}

TEST_CASE("one of several boxes is enough") {
  const RowFilter filter({}, split_at_date_line(parse_box("-20,175,-10,-175")));
  CHECK(filter.passes(at("\"a\"", "179.9", "-15")));
  CHECK(filter.passes(at("\"a\"", "-179.9", "-15")));
  CHECK_FALSE(filter.passes(at("\"a\"", "0", "-15")));
}

}  // namespace cdckit::opensky_fetch
