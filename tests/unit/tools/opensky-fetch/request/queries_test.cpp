#include "tools/opensky-fetch/request/queries.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kNow = 1'790'000'000;  // 2026-09-21T14:13:20Z

Options local(Endpoint endpoint) {
  Options options;
  options.url = "http://localhost:1/api//";
  options.endpoint = endpoint;
  return options;
}

std::string urls(const Options& options) {
  std::string all;
  for (const Query& query : queries_of(options, kNow))
    all += query.url.substr(std::string("http://localhost:1/api").size()) + "\n";
  return all;
}

int credits(const Options& options) {
  return credits_of(queries_of(options, kNow));
}

}  // namespace

TEST_CASE("the plain request asks for the whole sky now") {
  CHECK(queries_of(Options{}, kNow).front().url == "https://opensky-network.org/api/states/all");
  CHECK(credits(Options{}) == 4);
}

TEST_CASE("every wish is a parameter, and the instant is no part of the source's identity") {
  Options options = local(Endpoint::states);
  options.boxes = {parse_box("45.8389,5.9962,47.8229,10.50")};
  options.icao24 = {"4b1803", "3c6444"};
  options.extended = true;
  options.time = kNow;
  const std::string source =
      "http://localhost:1/api/states/all?lamin=45.8389&lomin=5.9962&lamax=47.8229&lomax=10.50"
      "&icao24=4b1803&icao24=3c6444&extended=1";
  CHECK(source_url(options) == source);
  CHECK(queries_of(options, kNow).front().url == source + "&time=1790000000");
}

TEST_CASE("choosing the field category asks for it") {
  Options options;
  options.fields = choose_fields(Endpoint::states, {"icao24", "category"});
  CHECK(wants_category(options));
  CHECK(queries_of(options, kNow).front().url.ends_with("?extended=1"));
}

TEST_CASE("several boxes are several requests, each with its price") {
  Options options = local(Endpoint::states);
  options.areas = {"fiji", "switzerland"};
  options.boxes = {parse_box("0,0,10,9")};
  resolve_areas(options);
  CHECK(urls(options) ==
        "/states/all?lamin=0&lomin=0&lamax=10&lomax=9\n"
        "/states/all?lamin=-21&lomin=176&lamax=-12&lomax=180\n"
        "/states/all?lamin=-21&lomin=-180&lamax=-12&lomax=-178\n"
        "/states/all?lamin=45.8389&lomin=5.9962&lamax=47.8229&lomax=10.5226\n");
  CHECK(credits(options) == 2 + 2 + 1 + 1);
  CHECK(source_url(options).find(" http") != std::string::npos);
}

TEST_CASE("one's own receivers cost nothing") {
  Options options = local(Endpoint::states);
  options.own = true;
  options.serials = {"17", "-18"};
  CHECK(urls(options) == "/states/own?serials=17&serials=-18\n");
  CHECK(credits(options) == 0);
}

TEST_CASE("flights have windows, cut as the service takes them") {
  Options options = local(Endpoint::flights);
  CHECK(urls(options) == "/flights/all?begin=1789992801&end=1790000000\n");
  CHECK(credits(options) == 4);
  options.begin = kNow - 10'000;
  options.end = kNow - 1;
  CHECK(urls(options) ==
        "/flights/all?begin=1789990000&end=1789997199\n"
        "/flights/all?begin=1789997200&end=1789999999\n");
  CHECK(source_url(options) == "http://localhost:1/api/flights/all");
}

TEST_CASE("flights of an airport or an aircraft are those of yesterday") {
  Options options = local(Endpoint::flights);
  options.arrival = "LSZH";
  CHECK(urls(options) == "/flights/arrival?airport=LSZH&begin=1789862400&end=1789948799\n");
  CHECK(credits(options) == 30);
  options.arrival.clear();
  options.departure = "LSZH";
  CHECK(urls(options).starts_with("/flights/departure?airport=LSZH&begin="));
  options.departure.clear();
  options.icao24 = {"4b1803", "3c6444"};
  options.begin = kNow - 3L * 86'400;
  CHECK(queries_of(options, kNow).size() == 4);
  CHECK(urls(options).starts_with("/flights/aircraft?icao24=4b1803&begin=1789740800&end="));
}

TEST_CASE("a window that takes too many requests is refused") {
  Options options = local(Endpoint::flights);
  options.begin = 0;
  CHECK_THROWS_AS((void)queries_of(options, kNow), base::Error);
}

TEST_CASE("a track is of now, or of an instant") {
  Options options = local(Endpoint::track);
  options.icao24 = {"4b1803"};
  CHECK(urls(options) == "/tracks/all?icao24=4b1803&time=0\n");
  CHECK(credits(options) == 4);
  options.time = kNow - 2L * 86'400;
  CHECK(urls(options) == "/tracks/all?icao24=4b1803&time=1789827200\n");
  CHECK(credits(options) == 30);
}

}  // namespace cdckit::opensky_fetch
