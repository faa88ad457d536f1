#include "tools/opensky-fetch/request/request_url.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

TEST_CASE("the plain request asks for the whole sky now") {
  CHECK(poll_url(Options{}) == "https://opensky-network.org/api/states/all");
}

TEST_CASE("every wish is a parameter, and the instant is no part of the source's identity") {
  Options options;
  options.url = "http://localhost:1/api//";
  options.box = parse_box("45.8389,5.9962,47.8229,10.50");
  options.icao24 = {"4b1803", "3c6444"};
  options.extended = true;
  options.time = 1790000000;
  const std::string source =
      "http://localhost:1/api/states/all?lamin=45.8389&lomin=5.9962&lamax=47.8229&lomax=10.50"
      "&icao24=4b1803&icao24=3c6444&extended=1";
  CHECK(states_url(options) == source);
  CHECK(poll_url(options) == source + "&time=1790000000");
}

TEST_CASE("choosing the field category asks for it") {
  Options options;
  options.fields = choose_fields({"icao24", "category"});
  CHECK(wants_category(options));
  CHECK(poll_url(options).ends_with("?extended=1"));
}

}  // namespace cdckit::opensky_fetch
